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
export { isEmailAddress } from './isEmailAddress';
export { createDomainList } from './createDomainList';
export type { DomainList } from './createDomainList';
