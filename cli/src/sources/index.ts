export type { SourceResult } from './collectors';
export { readAuthorization, readCatalogToken, readDirectoryAuthorization } from './credentials';
export { createPatientHttp, fetchBitbucketUsers } from './fetchBitbucketUsers';
export type {
  BitbucketUsers,
  FetchBitbucketUsersOptions,
  PatientHttpOptions,
} from './fetchBitbucketUsers';
export { fetchCatalogEntities, fetchCatalogOwners, openCatalog } from './fetchCatalogEntities';
export type { FetchCatalogEntitiesOptions, OpenCatalogOptions } from './fetchCatalogEntities';
export { readText, relativePath } from './files';
export { readEntityFiles } from './readEntityFiles';
export type { EntityFiles } from './readEntityFiles';
export { readUserFiles } from './readUserFiles';
