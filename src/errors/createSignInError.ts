import { randomBytes } from 'node:crypto';
import { SignInError } from './SignInError';
import type { SignInErrorStep } from './SignInError';
import { signInErrorCodes } from './signInErrorCodes';
import type { SignInErrorCode } from './signInErrorCodes';

/** @internal */
export interface CreateSignInErrorOptions {
  readonly step: SignInErrorStep;
  /** For the log: what happened, with values. Never a token, secret, code or password. */
  readonly detail: string;
  /** For the browser, after the fixed sentence: the person's own facts and step names only. */
  readonly hint?: string;
  /** For the log. Never handed to `Error`, which would show it to the browser. */
  readonly cause?: unknown;
  /** Default: a new one. */
  readonly reference?: string;
}

// Crockford's alphabet: no I, L, O, U, so that a reference survives being read out on the phone.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @internal */
export function createReference(): string {
  const symbols = Array.from(randomBytes(8), byte => alphabet[byte & 31]).join('');
  return `${symbols.slice(0, 4)}-${symbols.slice(4)}`;
}

/**
 * The one maker of {@link SignInError}.
 *
 * @internal
 */
export function createSignInError(
  code: SignInErrorCode,
  options: CreateSignInErrorOptions,
): SignInError {
  const reference = options.reference ?? createReference();
  const sentences = [signInErrorCodes[code].publicText, options.hint].filter(Boolean).join(' ');
  return new SignInError(code, {
    step: options.step,
    reference,
    message: `${sentences} (${code}, reference ${reference})`,
    detail: options.detail,
    cause: options.cause,
  });
}
