export { AuditError } from './AuditError';
export {
  auditOutcomes,
  createListedDirectories,
  isExpectedToSignIn,
  readAuditSettings,
  runAudit,
} from './audit';
export type {
  AuditInput,
  AuditOutcome,
  AuditReport,
  AuditSettings,
  AuditSummary,
  Finding,
  FindingRule,
  FindingSeverity,
  FindingSource,
  PersonResult,
  SourcedEntity,
  Suggestion,
} from './audit';
export {
  createPatientHttp,
  fetchBitbucketUsers,
  fetchCatalogEntities,
  readEntityFiles,
  readUserFiles,
} from './sources';
export type {
  BitbucketUsers,
  FetchBitbucketUsersOptions,
  FetchCatalogEntitiesOptions,
  OpenCatalogOptions,
  PatientHttpOptions,
  SourceResult,
} from './sources';
export { formatReport, toCsv, toHtml } from './report';
export type { FormatReportOptions } from './report';
export { runDoctor } from './doctor';
export type { Check, DoctorInput } from './doctor';
export { exitCodes, loadConfig, runCli } from './command';
export type { CliIo } from './command';
