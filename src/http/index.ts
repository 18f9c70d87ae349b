export type { BitbucketHttp, GetJsonOptions, JsonAnswer, PostFormOptions } from './BitbucketHttp';
export { createBitbucketHttp } from './createBitbucketHttp';
export type { BitbucketHttpOptions } from './createBitbucketHttp';
export { createDeadline } from './createDeadline';
export type { Deadline, DeadlineOptions } from './createDeadline';
export { redact } from './redact';
export { sleep } from './sleep';
export type { Sleep } from './sleep';
