import { createHash } from 'node:crypto';

/**
 * Stands for a token or code as the key of a memory, so that no key is worth anything.
 *
 * @internal
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
