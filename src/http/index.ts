export { createBitbucketHttp } from './bitbucketHttp';
export type {
  BitbucketHttp,
  BitbucketHttpOptions,
  GetJsonOptions,
  PostFormOptions,
} from './bitbucketHttp';
export type { JsonAnswer } from './attempt';
