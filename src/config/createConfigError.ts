import { createSignInError } from '../errors';
import type { SignInError } from '../errors';

/**
 * An error in the configuration, thrown at start. Its reader is the administrator, so the public
 * text names the key and the problem.
 *
 * @internal
 */
export function createConfigError(path: string, problem: string): SignInError {
  const text = `"${path}" ${problem}`;
  return createSignInError('CONFIG_INVALID', { phase: 'config', detail: text, hint: text });
}
