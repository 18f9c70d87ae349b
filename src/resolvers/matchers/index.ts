export { agreement, matchPlan } from './Matcher';
export type { AgreementPart, MatchAttempt, MatchPlan, Matcher, SubjectAttribute } from './Matcher';
export { matchers } from './matchers';
export type { AnnotationOptions } from './annotation';
export type { EmailOptions, EmailTrust, ProfileEmailOptions } from './emails';
export { isNamespace } from './names';
export type {
  EmailLocalPartOptions,
  EntityNameOptions,
  NameNormalization,
  NamespaceOptions,
} from './names';
