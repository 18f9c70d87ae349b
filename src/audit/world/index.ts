export type { AuditSettings } from './AuditSettings';
export { createListedDirectories } from './createListedDirectories';
export { createMemoryNearMisses } from './createMemoryNearMisses';
export { createMemoryUserLookup } from './createMemoryUserLookup';
export type { MemoryUserLookup } from './createMemoryUserLookup';
export { loosen } from './loosen';
export { readAuditSettings } from './readAuditSettings';
