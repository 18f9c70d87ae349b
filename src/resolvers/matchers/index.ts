export { agreement, matchPlan } from './Matcher';
export type { MatchAttempt, MatchPlan, Matcher, SubjectAttribute } from './Matcher';
export { matchers } from './matchers';
export { annotationShape } from './annotation';
export { emailEntityNameShape, emailLocalPartShape, profileEmailShape } from './emails';
export type { EmailOptions } from './emails';
export { entityNameShape, isNamespace } from './names';
