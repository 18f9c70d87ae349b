import { annotation } from './annotation';
import { emailLocalPart } from './emailLocalPart';
import { entityName } from './entityName';
import { profileEmail } from './profileEmail';

/**
 * The matchers of this package, each a function from its options to a {@link Matcher}.
 *
 * @public
 */
export const matchers = { profileEmail, emailLocalPart, entityName, annotation } as const;
