export type { SourceResult } from './collectors';
export { createPatientHttp, fetchBitbucketUsers } from './fetchBitbucketUsers';
export type {
  BitbucketUsers,
  FetchBitbucketUsersOptions,
  PatientHttpOptions,
} from './fetchBitbucketUsers';
export { fetchCatalogEntities, fetchCatalogOwners } from './fetchCatalogEntities';
export type { FetchCatalogEntitiesOptions } from './fetchCatalogEntities';
export { openCatalog } from './openCatalog';
export type { OpenCatalogOptions } from './openCatalog';
export { readEntityFiles } from './readEntityFiles';
export { readUserFiles } from './readUserFiles';
