import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from './SignInError';
import type { SignInError } from './SignInError';
import { signInErrorCodes } from './codes';
import type { SignInErrorCode } from './codes';
import { createIncident, describeCause } from '../shared';

/** Where refusals are written with their detail. */
export interface RefusalLog {
  /**
   * Does the work, and writes what it is refused with: once per error, under the reference that the
   * browser shows. Anything else than a {@link SignInError} is left to whoever catches it.
   */
  watch<T>(work: () => Promise<T>): Promise<T>;
  write(error: unknown): void;
}

const alreadyLogged = new WeakSet<object>();

/** Somebody changes their mind: nothing is wrong. */
const ordinary: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'AUTHORIZATION_DENIED',
  'REQUEST_ABORTED',
]);

/** So long nobody must be refused by an outage until it counts as over, in milliseconds. */
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
    } else if (ordinary.has(error.code)) {
      logger.info(line, meta);
    } else {
      const isFault = signInErrorCodes[error.code].name === 'ServiceUnavailableError';
      logger[isFault ? 'error' : 'warn'](line, meta);
    }
  }

  return {
    write,
    async watch(work) {
      try {
        const result = await work();
        outage.recover('Bitbucket Server sign-ins are no longer refused by an outage');
        return result;
      } catch (error) {
        write(error);
        throw error;
      }
    },
  };
}

function describe(error: SignInError): string {
  const cause = error.underlyingError;
  const reason = cause === undefined ? '' : `; caused by ${describeCause(cause)}`;
  return `Bitbucket Server sign-in refused: ${error.code} at ${error.phase}, reference ${error.reference}: ${error.detail}${reason}`;
}

/** Whatever concerns everybody, and nobody's account or set-up. */
function isOutage({ code }: SignInError): boolean {
  const { name, fault } = signInErrorCodes[code];
  return name === 'ServiceUnavailableError' && ['network', 'bitbucket', 'catalog'].includes(fault);
}
