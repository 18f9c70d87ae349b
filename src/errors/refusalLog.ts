import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from './SignInError';
import type { SignInError } from './SignInError';
import { signInErrorCodes } from './codes';
import type { SignInErrorCode } from './codes';
import { createIncident, describeCause } from '../shared';

/** The log of refusals, with their detail. */
export interface RefusalLog {
  /**
   * Does the work and logs the {@link SignInError} that refuses it, once per error, under the
   * reference that the browser shows. Other errors are not logged here.
   */
  watch<T>(work: () => Promise<T>): Promise<T>;
  write(error: unknown): void;
}

const alreadyLogged = new WeakSet<object>();

/** The person changed their mind. Nothing is wrong. */
const ordinary: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'AUTHORIZATION_DENIED',
  'REQUEST_ABORTED',
]);

/** An outage is over when nobody was refused because of it for this long, in milliseconds. */
const quietMs = 10_000;

/**
 * Makes the log of refusals. An outage of Bitbucket Server or the catalog is one error when it begins
 * and one line with a count when it is over; the other refusals that it causes are written at level
 * `debug`.
 *
 * @internal
 */
export function createRefusalLog(logger: LoggerService | undefined): RefusalLog {
  const outage = createIncident(logger, quietMs);

  function write(error: unknown): void {
    if (!logger || !isSignInError(error) || alreadyLogged.has(error)) return;
    alreadyLogged.add(error);
    const line = describe(error);
    const meta = { code: error.code, reference: error.reference, phase: error.phase };
    if (isOutage(error)) {
      const begins = outage.fail(`${line}. Further refusals of this outage are at level debug`, {
        level: 'error',
        meta,
      });
      if (!begins) logger.debug(line, meta);
    } else {
      logger[refusalLogLevel(error.code)](line, meta);
    }
  }

  return {
    write,
    async watch(work) {
      try {
        const result = await work();
        outage.recover('Bitbucket Server sign-ins succeed again');
        return result;
      } catch (error) {
        write(error);
        throw error;
      }
    },
  };
}

/**
 * The level at which a refusal is written. In an outage, this is the level of the first one.
 *
 * @internal
 */
export function refusalLogLevel(code: SignInErrorCode): 'info' | 'warn' | 'error' {
  if (ordinary.has(code)) return 'info';
  return signInErrorCodes[code].name === 'ServiceUnavailableError' ? 'error' : 'warn';
}

function describe(error: SignInError): string {
  const cause = error.underlyingError;
  const reason = cause === undefined ? '' : `; caused by ${describeCause(cause)}`;
  return `Bitbucket Server sign-in refused: ${error.code} at ${error.phase}, reference ${error.reference}: ${error.detail}${reason}; see docs/errors.md#${error.code.toLowerCase()}`;
}

/** Affects everybody, and is not the fault of one account or of the configuration. */
function isOutage({ code }: SignInError): boolean {
  const { name, fault } = signInErrorCodes[code];
  return name === 'ServiceUnavailableError' && ['network', 'bitbucket', 'catalog'].includes(fault);
}
