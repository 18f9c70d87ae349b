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
  fetchCatalogOwners,
  readEntityFiles,
  readUserFiles,
} from './sources';
export type {
  BitbucketUsers,
  EntityFiles,
  FetchBitbucketUsersOptions,
  FetchCatalogEntitiesOptions,
  OpenCatalogOptions,
  PatientHttpOptions,
  SourceResult,
} from './sources';
export {
  formatReport,
  onlyProblems,
  reportVersion,
  toCsv,
  toHtml,
  toJson,
  toJunit,
  toSarif,
} from './report';
export type { FormatReportOptions, JudgedReport, Limit, SarifOptions } from './report';
export { changeKinds, compareReports, isRelevantChange } from './compare';
export type { ChangeKind, ComparedReport, Comparison, PersonChange, PersonState } from './compare';
export { runDoctor } from './doctor';
export type { Check, DoctorInput } from './doctor';
export { exitCodes, loadConfig, runCli } from './command';
export type { CliIo } from './command';
