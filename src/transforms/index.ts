export type {
  ProfileTransformInput,
  ProfileTransformResult,
  ProfileTransformStep,
} from './ProfileTransformStep';
export { bitbucketServerProfileTransforms } from './bitbucketServerProfileTransforms';
export { composeProfileTransforms } from './composeProfileTransforms';
export { profileTransformRegistry } from './profileTransformRegistry';
export { readProfileTransforms } from './readProfileTransforms';
export { requireActiveUser } from './requireActiveUser';
export type { RestrictEmailDomainsOptions } from './restrictEmailDomains';
export type { EmailFromUsernameOptions } from './emailFromUsername';
