export type { BitbucketServerUser } from './BitbucketServerUser';
export type {
  BitbucketServerPassportProfile,
  BitbucketServerSession,
} from './BitbucketServerPassportProfile';
export type { Subject, SubjectDirectory } from './Subject';
export { parseBitbucketServerUser } from './parseBitbucketServerUser';
export { toPassportProfile } from './toPassportProfile';
export { toSubject } from './toSubject';
export { isEmailAddress } from './isEmailAddress';
