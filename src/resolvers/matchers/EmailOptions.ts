/**
 * Whose word an email address is.
 *
 * - `always`: Bitbucket's, whatever directory the account is in. People of an internal directory can
 *   edit their own address there, without proof that it is theirs.
 * - `readOnlyDirectory`: only when the account is in a directory that its owner cannot edit. Needs
 *   the `directory` credential in the config; when it cannot be asked, the email is not trusted.
 * - `never`: no step by email signs anybody in.
 *
 * @public
 */
export type EmailTrust = 'always' | 'readOnlyDirectory' | 'never';

/** @public */
export interface EmailOptions {
  /** Whole domains, in any case; `*.corp.com` for every subdomain of `corp.com`. Default: all. */
  readonly allowedDomains?: readonly string[];
  /** Default `always`. */
  readonly emailTrust?: EmailTrust;
}
