export type { UserQuery, UserQueryField } from './UserQuery';
export type {
  CatalogUserLookup,
  RejectedCandidate,
  UserLookupAnswer,
  UserLookupOptions,
} from './CatalogUserLookup';
export type { SourceAnswer, UserSource } from './UserSource';
export { createContextUserLookup } from './createContextUserLookup';
export { foldAscii } from './foldAscii';
export { satisfiesQuery } from './satisfiesQuery';
export { createCatalogCaller } from './createCatalogCaller';
