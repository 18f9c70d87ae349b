export { formatReport } from './formatReport';
export type { FormatReportOptions } from './formatReport';
export { printable, printableDeep } from './printable';
export { toCsv } from './toCsv';
export { toHtml } from './toHtml';
export { formatPercent } from './words';
