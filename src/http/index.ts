export { createBitbucketHttp } from './bitbucketHttp';
export type { BitbucketHttp, GetJsonOptions } from './bitbucketHttp';
export type { JsonAnswer } from './attempt';
