export {
  failOnChoices,
  fromJson,
  judgeReport,
  onlyProblems,
  reportVersion,
  toJson,
  unacceptedFindings,
} from './JudgedReport';
export type { JudgedReport, Limit, LimitOptions } from './JudgedReport';
export { printable, printableDeep, toPrintableJson } from './printable';
export { formatAccounts, formatComparison, formatReport } from './terminal';
export type { FormatReportOptions } from './terminal';
export { toCsv } from './toCsv';
export { toHtml } from './toHtml';
export { toJunit } from './toJunit';
export { createSarifLog, toSarif } from './toSarif';
export type { SarifOptions } from './toSarif';
export { describeCoverage, firstOf, formatPercent } from './words';
