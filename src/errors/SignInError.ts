import { randomBytes } from 'node:crypto';
import { signInErrorCodes } from './codes';
import type { SignInErrorCode, SignInErrorName } from './codes';

/**
 * Where in the sign-in an error arose.
 *
 * @public
 */
export type SignInErrorPhase =
  'config' | 'authorize' | 'token' | 'profile' | 'transform' | 'match' | 'lookup' | 'issue';

/**
 * Shared by all copies of this package in a process, so that each recognises the errors of the
 * others.
 */
const brand = Symbol.for('backstage-plugin-auth-backend-module-bitbucket-server/SignInError');

/**
 * What an error of this package is made of, apart from its code.
 *
 * @public
 */
export interface SignInErrorInit {
  readonly phase: SignInErrorPhase;
  /** Default: that of the code. */
  readonly name?: SignInErrorName;
  readonly reference: string;
  readonly message: string;
  readonly detail: string;
  readonly cause?: unknown;
}

/**
 * The error with which this package refuses a sign-in.
 *
 * It carries two texts. `message` is the public one: it reaches the browser and holds no data of
 * anybody else. `detail` is for the log of the backend: it is neither enumerable nor part of the
 * message, so that neither Backstage's error middleware nor its sign-in popup can send it.
 * Both carry the same `reference`.
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
  readonly phase: SignInErrorPhase;
  readonly #detail: string;
  readonly #cause: unknown;

  /** @internal */
  constructor(code: SignInErrorCode, init: SignInErrorInit) {
    super(init.message);
    this.name = init.name ?? signInErrorCodes[code].name;
    this.code = code;
    this.reference = init.reference;
    this.phase = init.phase;
    this.#detail = init.detail;
    this.#cause = init.cause;
  }

  declare name: SignInErrorName;

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

/** @internal */
export interface CreateSignInErrorOptions {
  readonly phase: SignInErrorPhase;
  /** Default: that of the code. */
  readonly name?: SignInErrorName;
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
 * Makes every {@link SignInError}.
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
    phase: options.phase,
    name: options.name,
    reference,
    message: `${sentences} (${code}, reference ${reference})`,
    detail: options.detail,
    cause: options.cause,
  });
}
