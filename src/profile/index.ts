export { parseBitbucketServerUser } from './bitbucketServerUser';
export type { BitbucketServerUser } from './bitbucketServerUser';
export { toPassportProfile } from './passportProfile';
export type { BitbucketServerPassportProfile } from './passportProfile';
export { fetchBitbucketServerUser, readSignedInUser } from './signedInUser';
export { toSubject } from './subject';
export type { Subject, SubjectDirectory } from './subject';
export { readUsersNamed } from './users';
