export { AuditError } from './AuditError';
export type { AuditReport, AuditSummary } from './AuditReport';
export { createAuditRun } from './createAuditRun';
export type { AuditRun } from './createAuditRun';
export { runAudit } from './runAudit';
export type { AuditInput } from './runAudit';
export type { Finding, FindingRule } from './lint';
export type { AuditOutcome, PersonResult } from './people';
export type { Suggestion } from './suggest';
export { readAuditSettings } from './world';
export type { AuditSettings } from './world';
export {
  createPatientHttp,
  fetchBitbucketUsers,
  fetchCatalogEntities,
  readEntityFiles,
  readUserFiles,
} from './sources';
export type { SourceResult } from './sources';
export { formatPercent, formatReport, printable, printableDeep, toCsv, toHtml } from './report';
export type { FormatReportOptions } from './report';
export { runDoctor } from './doctor';
export type { Check, DoctorInput } from './doctor';
