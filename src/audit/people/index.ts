export { auditPerson } from './auditPerson';
export type { AuditedPerson, AuditPersonOptions } from './auditPerson';
export { auditOutcomes, isExpectedToSignIn } from './PersonResult';
export type { AuditOutcome, PersonResult } from './PersonResult';
export { sortPeople } from './sortPeople';
