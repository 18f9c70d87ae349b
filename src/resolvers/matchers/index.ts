export { agreement, checkOptions, matchPlan } from './Matcher';
export type { AgreementPart, MatchAttempt, MatchPlan, Matcher, SubjectAttribute } from './Matcher';
export { matchers } from './matchers';
export { annotationShape } from './annotation';
export type { AnnotationOptions } from './annotation';
export type { EmailOptions, EmailTrust } from './emailCheck';
export { emailEntityNameShape, emailLocalPartShape, profileEmailShape } from './emails';
export type { EmailEntityNameOptions, EmailLocalPartOptions, ProfileEmailOptions } from './emails';
export { entityNameShape, isNamespace } from './names';
export type {
  EntityNameOptions,
  NameNormalization,
  NamespaceOptions,
  StripPrefixOptions,
} from './names';
