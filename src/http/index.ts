export type { Sleep } from '../shared';
export { createBitbucketHttp } from './bitbucketHttp';
export type {
  BitbucketHttp,
  BitbucketHttpOptions,
  BitbucketOperation,
  GetJsonOptions,
  PostFormOptions,
} from './bitbucketHttp';
export type { JsonAnswer } from './attempt';
