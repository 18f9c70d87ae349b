export type { UserQuery, UserQueryField } from './UserQuery';
export type {
  CatalogUserLookup,
  RejectedCandidate,
  UserLookupAnswer,
  UserLookupOptions,
} from './CatalogUserLookup';
export type { SourceAnswer, UserSource } from './UserSource';
