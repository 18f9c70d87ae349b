import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from './SignInError';
import { signInErrorCodes } from './codes';
import { describeCause } from '../shared';

const alreadyLogged = new WeakSet<object>();

/**
 * Writes the detail of a sign-in error to the log, once per error, under the reference that the
 * browser shows. Anything else than a {@link SignInError} is left to whoever catches it.
 *
 * @internal
 */
export function logSignInError(logger: LoggerService, error: unknown): void {
  if (!isSignInError(error) || alreadyLogged.has(error)) return;
  alreadyLogged.add(error);
  const line = `Bitbucket Server sign-in refused: ${error.code} at ${error.phase}, reference ${error.reference}: ${error.detail}`;
  const cause = error.underlyingError;
  const reason = cause === undefined ? '' : `; caused by ${describeCause(cause)}`;
  const meta = { code: error.code, reference: error.reference, phase: error.phase };
  if (signInErrorCodes[error.code].name === 'ServiceUnavailableError') {
    logger.error(line + reason, meta);
  } else {
    logger.warn(line + reason, meta);
  }
}
