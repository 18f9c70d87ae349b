export { annotationOf, readField } from './UserQuery';
export type { UserQuery, UserQueryField } from './UserQuery';
export type {
  CatalogUserLookup,
  CatalogUserLookupOptions,
  UserLookupAnswer,
} from './CatalogUserLookup';
export { describeRef, mismatchReason, verifyCandidates } from './verifyCandidates';
export { createCatalogCaller, entitiesByRefs } from './catalog';
export { createCatalogUserLookup } from './createCatalogUserLookup';
export { createContextUserLookup } from './createContextUserLookup';
export { userLookupSchema } from './userLookupConfig';
