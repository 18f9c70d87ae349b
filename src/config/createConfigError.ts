import { createSignInError } from '../errors';
import type { SignInError } from '../errors';

/**
 * An error of the set-up, thrown at start. It names the key; its reader is the administrator, so the
 * public text tells all.
 *
 * @internal
 */
export function createConfigError(path: string, problem: string): SignInError {
  const text = `"${path}" ${problem}`;
  return createSignInError('CONFIG_INVALID', { phase: 'config', detail: text, hint: text });
}
