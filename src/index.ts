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
  BitbucketServerAuthenticator,
  BitbucketServerAuthenticatorContext,
  BitbucketServerAuthenticatorOptions,
  BitbucketServerProviderFactoryOptions,
  ProviderEnvironmentOptions,
} from './authenticator';
export { fetchBitbucketServerUser, parseBitbucketServerUser, toPassportProfile } from './profile';
export type {
  BitbucketServerPassportProfile,
  BitbucketServerSession,
  BitbucketServerUser,
  FetchBitbucketServerUserOptions,
  Subject,
  SubjectDirectory,
  ToPassportProfileOptions,
} from './profile';
export { bitbucketServerProfileTransforms, composeProfileTransforms } from './transforms';
export type {
  EmailFromUsernameOptions,
  ProfileTransformInput,
  ProfileTransformResult,
  ProfileTransformStep,
  RestrictEmailDomainsOptions,
} from './transforms';
export { createCatalogUserLookup } from './lookup';
export type {
  CachedUserLookup,
  CatalogUserLookup,
  CatalogUserLookupOptions,
  RejectedCandidate,
  UserLookupAnswer,
  UserLookupOptions,
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
  formatTrace,
  matchers,
  matchPlan,
  traceChain,
} from './resolvers';
export type {
  AgreementPart,
  AnnotationOptions,
  BitbucketServerResolverName,
  BitbucketServerSignInResolvers,
  ChainStep,
  CreateBitbucketServerSignInResolversOptions,
  CreateSignInResolverOptions,
  EmailEntityNameOptions,
  EmailLocalPartOptions,
  EmailOptions,
  EmailTrust,
  EntityNameOptions,
  ExplainSignInOptions,
  FindDirectory,
  FindNearMisses,
  MatchAttempt,
  Matcher,
  MatchPlan,
  NameNormalization,
  NamespaceOptions,
  NearMiss,
  PolicyAction,
  OwnershipExtension,
  ProfileEmailOptions,
  SignInDecisionEvent,
  SignInExplanation,
  SignInTrace,
  StepOutcome,
  StepPolicy,
  StripPrefixOptions,
  SubjectAttribute,
  TracedCandidate,
  TracedDecision,
  TracedLookup,
  TracedStep,
} from './resolvers';
export { createDecisionObserver } from './observability';
export type { DecisionObserverOptions } from './observability';
export { createTransitiveGroups } from './ownership';
export type { TransitiveGroups, TransitiveGroupsOptions } from './ownership';
export type { BitbucketHttpOptions } from './http';
