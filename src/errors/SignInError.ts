import { randomBytes } from 'node:crypto';
import { signInErrorCodes } from './codes';
import type { SignInErrorCode } from './codes';

/**
 * Shared by all copies of this package in a process, so that each recognises the errors of the
 * others.
 */
const brand = Symbol.for('backstage-plugin-auth-backend-module-bitbucket-server/SignInError');

/**
 * The error with which this package refuses a sign-in.
 *
 * It has two texts. `message` is public: it reaches the browser, and contains no data about other
 * people. `detail` is for the log of the backend: it is neither enumerable nor part of the message,
 * so neither Backstage's error middleware nor its sign-in popup can send it. The same `reference`
 * is in both.
 *
 * `name` is one that Backstage maps to a status code; `code` is stable, see `docs/errors.md`.
 *
 * @example
 * ```ts
 * function needsOnboarding(error: unknown): boolean {
 *   return isSignInError(error) && error.code === 'NO_MATCHING_USER';
 * }
 * ```
 *
 * @public
 */
export class SignInError extends Error {
  readonly code: SignInErrorCode;
  readonly reference: string;
  /** Where in the sign-in it arose. */
  readonly phase:
    'config' | 'authorize' | 'token' | 'profile' | 'transform' | 'match' | 'lookup' | 'issue';
  readonly #detail: string;
  readonly #cause: unknown;

  /** @internal */
  constructor(
    code: SignInErrorCode,
    options: {
      readonly phase: SignInError['phase'];
      /** Default: that of the code. */
      readonly name?: (typeof signInErrorCodes)[SignInErrorCode]['name'];
      /** For the log: what happened, with values. Never a token, secret, code or password. */
      readonly detail: string;
      /** For the browser, after the fixed sentence: the person's own facts and step names only. */
      readonly hint?: string;
      /** For the log. Never handed to `Error`, which would show it to the browser. */
      readonly cause?: unknown;
    },
  ) {
    const { name, publicText } = signInErrorCodes[code];
    const reference = createReference();
    const sentences = [publicText, options.hint].filter(Boolean).join(' ');
    super(`${sentences} (${code}, reference ${reference})`);
    this.name = options.name ?? name;
    this.code = code;
    this.reference = reference;
    this.phase = options.phase;
    this.#detail = options.detail;
    this.#cause = options.cause;
  }

  /** What happened, for the log only. Never holds a token or a secret. */
  get detail(): string {
    return this.#detail;
  }

  /** The fault underneath, for the log only. An accessor, because Backstage serialises own properties. */
  get underlyingError(): unknown {
    return this.#cause;
  }

  /** @internal */
  get [brand](): true {
    return true;
  }
}

/**
 * Whether a value is a {@link SignInError}, including one from another copy of this package.
 *
 * @public
 */
export function isSignInError(value: unknown): value is SignInError {
  return typeof value === 'object' && value !== null && brand in value;
}

// Crockford's alphabet: no I, L, O, U, so that a reference survives being read out on the phone.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function createReference(): string {
  const symbols = Array.from(randomBytes(8), byte => alphabet[byte & 31]).join('');
  return `${symbols.slice(0, 4)}-${symbols.slice(4)}`;
}
