export type { UserQuery, UserQueryField } from './UserQuery';
export type {
  CatalogUserLookup,
  RejectedCandidate,
  UserLookupAnswer,
  UserLookupOptions,
} from './CatalogUserLookup';
export type { SourceAnswer, UserSource } from './UserSource';
export { canonicalQuery } from './canonicalQuery';
export { createCatalogCaller } from './createCatalogCaller';
export { createCatalogUserLookup } from './createCatalogUserLookup';
export type { CachedUserLookup, CatalogUserLookupOptions } from './createCatalogUserLookup';
export { createContextUserLookup } from './createContextUserLookup';
export { readUserLookupOptions } from './readUserLookupOptions';
export type { UserLookupConfig } from './readUserLookupOptions';
export { readField } from './readField';
export { satisfiesQuery } from './satisfiesQuery';
export { userLookupConfigSchema } from './userLookupConfigSchema';
export type { UserLookupFields } from './UserLookupFields';
export type { UserLookupBatchSettings } from './UserLookupBatchSettings';
export type { UserLookupCacheSettings } from './UserLookupCacheSettings';
export type { UserLookupStats } from './UserLookupStats';
export type { CatalogCaller } from './createCatalogCaller';
export { verifyAnswer } from './verifyAnswer';
export { verifyCandidates } from './verifyCandidates';
