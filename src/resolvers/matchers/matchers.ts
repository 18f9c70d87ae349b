import { annotation } from './annotation';
import { profileEmail } from './emails';
import { emailLocalPart, entityName } from './names';

/**
 * The matchers of this package, each a function from its options to a {@link Matcher}.
 *
 * @public
 */
export const matchers = { profileEmail, emailLocalPart, entityName, annotation } as const;
