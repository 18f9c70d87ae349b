export { composeProfileTransforms } from './composeProfileTransforms';
export {
  bitbucketServerProfileTransforms,
  profileTransformRegistry,
  readProfileTransforms,
} from './profileTransformsConfig';
export { requireActiveUser } from './steps';
export type {
  EmailFromUsernameOptions,
  ProfileTransformInput,
  ProfileTransformResult,
  ProfileTransformStep,
  RestrictEmailDomainsOptions,
} from './steps';
