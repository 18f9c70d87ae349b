export { auditOutcomes, isExpectedToSignIn } from './personResult';
export type { AuditOutcome, PersonResult } from './personResult';
export { createAuditRun, createListedDirectories } from './createAuditRun';
export type { AuditInput, AuditRun } from './createAuditRun';
export { contestedRefs, isKind } from './entities';
export { chooseEnvironment, readAuditSettings } from './readAuditSettings';
export type { AuditSettings } from './readAuditSettings';
export { runAudit } from './runAudit';
export type { AuditReport, AuditSummary } from './runAudit';
export type { Suggestion } from './suggestResolvers';
export type {
  Finding,
  FindingRule,
  FindingSeverity,
  FindingSource,
  SourcedEntity,
} from '../findings';
