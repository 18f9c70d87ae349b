import type { ProfileTransformStep } from './ProfileTransformStep';
import { isEmailAddress } from '../shared';

/** @public */
export interface EmailFromUsernameOptions {
  /** What follows the `@`. */
  readonly domain: string;
}

/**
 * Makes `<username>@<domain>` for servers whose payload has no email. A profile that has an email
 * keeps it. A username that makes no address, such as one with an `@`, gives none.
 *
 * The result counts as untrusted: `emailTrust: readOnlyDirectory` does not accept it.
 *
 * @throws `Error` at start for a domain that is none
 * @public
 */
export function emailFromUsername(options: EmailFromUsernameOptions): ProfileTransformStep {
  if (!isEmailAddress(`x@${options.domain}`)) {
    throw new Error(`"${options.domain}" is not a domain, write it like "corp.com"`);
  }
  return (profile, { result }) => {
    const email = `${result.fullProfile.username}@${options.domain}`;
    const usable = result.fullProfile.username && isEmailAddress(email);
    return profile.email === undefined && usable ? { ...profile, email } : profile;
  };
}
