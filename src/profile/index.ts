export type { BitbucketServerUser } from './BitbucketServerUser';
export type {
  BitbucketServerPassportProfile,
  BitbucketServerSession,
} from './BitbucketServerPassportProfile';
export type { Subject, SubjectDirectory } from './Subject';
export { parseBitbucketServerUser } from './parseBitbucketServerUser';
export { toPassportProfile } from './toPassportProfile';
export { toSubject } from './toSubject';
export type { ToPassportProfileOptions } from './toPassportProfile';
export { fetchBitbucketServerUser } from './fetchBitbucketServerUser';
export type { FetchBitbucketServerUserOptions } from './fetchBitbucketServerUser';
export { fetchWhoAmI } from './fetchWhoAmI';
export type { FetchWhoAmIOptions, WhoAmI } from './fetchWhoAmI';
export { readSignedInUser } from './readSignedInUser';
export type { ReadSignedInUserOptions, UserMemory } from './readSignedInUser';
export { readUsersNamed } from './readUsersNamed';
export type { ReadUsersNamedOptions } from './readUsersNamed';
