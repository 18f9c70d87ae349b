export { formatReport } from './formatReport';
export type { FormatReportOptions } from './formatReport';
export { isProblem, onlyProblems } from './onlyProblems';
export { printable, printableDeep } from './printable';
export { toCsv } from './toCsv';
export { toHtml } from './toHtml';
export { reportVersion, toJson } from './toJson';
export { formatPercent } from './words';
