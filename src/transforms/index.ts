export {
  bitbucketServerProfileTransforms,
  composeProfileTransforms,
  profileTransformRegistry,
  readProfileTransforms,
} from './profileTransforms';
export { requireActiveUser } from './steps';
export type { ProfileTransformStep } from './steps';
