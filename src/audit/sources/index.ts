export { createPatientHttp } from './createPatientHttp';
export { fetchBitbucketUsers } from './fetchBitbucketUsers';
export { fetchCatalogEntities } from './fetchCatalogEntities';
export { openCatalog } from './openCatalog';
export { readEntityFiles } from './readEntityFiles';
export { readUserFiles } from './readUserFiles';
export type { SourceResult } from './SourceResult';
