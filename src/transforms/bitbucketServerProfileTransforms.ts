import { emailFromUsername } from './emailFromUsername';
import { fromUser } from './fromUser';
import { requireActiveUser } from './requireActiveUser';
import { restrictEmailDomains } from './restrictEmailDomains';
import { withoutEmail } from './withoutEmail';

/**
 * The profile transforms of this package, each a function from its options to a step for
 * {@link composeProfileTransforms}. In config: `profileTransforms: [{ transform: <name>, …options }]`.
 *
 * @public
 */
export const bitbucketServerProfileTransforms = {
  fromUser,
  requireActiveUser,
  restrictEmailDomains,
  withoutEmail,
  emailFromUsername,
} as const;
