export { formatPercent } from './formatPercent';
export { formatReport } from './formatReport';
export type { FormatReportOptions } from './formatReport';
export { printable, printableDeep } from './printable';
export { toCsv } from './toCsv';
export { toHtml } from './html';
