export { annotateFile } from './annotateFile';
export type { TextEdit } from './annotateFile';
export { planMissingUsers, toYamlDocuments } from './missingUsers';
export { planFix } from './planFix';
export type { FixPlan, LeftOut, MissingAnnotation } from './planFix';
export { toUnifiedDiff } from './unifiedDiff';
