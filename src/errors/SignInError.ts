import { signInErrorCodes } from './signInErrorCodes';
import type { SignInErrorCode, SignInErrorName } from './signInErrorCodes';

/**
 * Where in the sign-in an error arose.
 *
 * @public
 */
export type SignInErrorStep =
  'config' | 'authorize' | 'token' | 'profile' | 'transform' | 'match' | 'lookup' | 'issue';

/** Shared by all copies of this package that a process may hold, so that they know each other's errors. */
const brand = Symbol.for('backstage-plugin-auth-backend-module-bitbucket-server/SignInError');

/** @internal */
export interface SignInErrorInit {
  readonly step: SignInErrorStep;
  readonly reference: string;
  readonly message: string;
  readonly detail: string;
  readonly cause?: unknown;
}

/**
 * The only error that this package refuses a sign-in with.
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
 * try {
 *   return await resolver(info, context);
 * } catch (error) {
 *   if (isSignInError(error) && error.code === 'NO_MATCHING_USER') inviteToOnboarding();
 *   throw error;
 * }
 * ```
 *
 * @public
 */
export class SignInError extends Error {
  readonly code: SignInErrorCode;
  readonly reference: string;
  readonly step: SignInErrorStep;
  readonly #detail: string;
  readonly #cause: unknown;

  /** @internal */
  constructor(code: SignInErrorCode, init: SignInErrorInit) {
    super(init.message);
    this.name = signInErrorCodes[code].name;
    this.code = code;
    this.reference = init.reference;
    this.step = init.step;
    this.#detail = init.detail;
    this.#cause = init.cause;
  }

  declare name: SignInErrorName;

  /** What happened, for the log only. Never holds a token or a secret. */
  get detail(): string {
    return this.#detail;
  }

  /** The fault underneath, for the log only. An accessor, because Backstage serialises own properties. */
  get reason(): unknown {
    return this.#cause;
  }

  /** @internal */
  get [brand](): true {
    return true;
  }
}

/**
 * Whether a value is a {@link SignInError}, also one of another copy of this package.
 *
 * @public
 */
export function isSignInError(value: unknown): value is SignInError {
  return typeof value === 'object' && value !== null && brand in value;
}
