export { authModuleBitbucketServer as default } from './module';
export { isSignInError, SignInError, signInErrorCodes } from './errors';
export type {
  SignInErrorCode,
  SignInErrorFault,
  SignInErrorInit,
  SignInErrorName,
  SignInErrorPhase,
} from './errors';
export {
  bitbucketServerAuthenticator,
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from './authenticator';
export type {
  BitbucketServerAddress,
  BitbucketServerAuthenticator,
  BitbucketServerAuthenticatorContext,
  BitbucketServerAuthenticatorOptions,
  BitbucketServerProviderFactoryOptions,
  PersonSource,
  ProviderEnvironmentOptions,
  SessionEvent,
  SignInOutcomeEvent,
} from './authenticator';
export { fetchBitbucketServerUser, parseBitbucketServerUser, toPassportProfile } from './profile';
export type {
  BitbucketServerPassportProfile,
  BitbucketServerUser,
  Subject,
  SubjectDirectory,
} from './profile';
export { bitbucketServerProfileTransforms, composeProfileTransforms } from './transforms';
export type { ProfileTransformStep } from './transforms';
export { readSignInSetup } from './readSignInSetup';
export type { SignInSetup } from './readSignInSetup';
export { createCatalogUserLookup } from './lookup';
export { foldAscii } from './shared';
export type {
  CatalogUserLookup,
  CatalogUserLookupOptions,
  UserLookupAnswer,
  UserQuery,
  UserQueryField,
} from './lookup';
export {
  agreement,
  bitbucketServerSignInResolvers,
  createBitbucketServerSignInResolvers,
  createNearMissFinder,
  createSignInResolver,
  explainSignIn,
  formatExplanation,
  matchers,
  matchPlan,
  nearMissesOf,
  traceChain,
} from './resolvers';
export type {
  BitbucketServerResolverName,
  ChainStep,
  SignInResolverOptions,
  EmailOptions,
  ExplainSignInOptions,
  FindDirectory,
  FindNearMisses,
  Matcher,
  MatchPlan,
  NearMiss,
  SignInDecisionEvent,
  SignInExplanation,
  SignInTrace,
  StepOutcome,
} from './resolvers';
export { createSignInObserver } from './observability';
export type { SignInObserver, SignInObserverOptions } from './observability';
export { createTransitiveGroups } from './ownership';
export type { TransitiveGroupsOptions } from './ownership';
export { createDirectoryLookup, readDirectoryOptions } from './directory';
export type { DirectoryLookupOptions } from './directory';
export { createBitbucketHttp } from './http';
export type {
  BitbucketHttp,
  BitbucketHttpOptions,
  BitbucketOperation,
  GetJsonOptions,
  JsonAnswer,
  PostFormOptions,
  Sleep,
} from './http';
