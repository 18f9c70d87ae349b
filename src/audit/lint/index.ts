export type { Finding, FindingRule } from './Finding';
export { groupBy } from './groupBy';
export { lintCatalog } from './lintCatalog';
export type { LintInput } from './lintCatalog';
