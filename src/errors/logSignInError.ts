import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from './SignInError';
import { signInErrorCodes } from './signInErrorCodes';

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
  const line = `Bitbucket Server sign-in refused: ${error.code} at ${error.step}, reference ${error.reference}: ${error.detail}`;
  const reason = error.reason === undefined ? '' : `; caused by ${String(error.reason)}`;
  const meta = { code: error.code, reference: error.reference, step: error.step };
  if (signInErrorCodes[error.code].name === 'ServiceUnavailableError') {
    logger.error(line + reason, meta);
  } else {
    logger.warn(line + reason, meta);
  }
}
