import { annotation } from './annotation';
import { emailEntityName, emailLocalPart, profileEmail } from './emails';
import { entityName } from './names';

/**
 * The matchers of this package, each a function from its options to a {@link Matcher}.
 *
 * @public
 */
export const matchers = {
  profileEmail,
  emailLocalPart,
  emailEntityName,
  entityName,
  annotation,
} as const;
