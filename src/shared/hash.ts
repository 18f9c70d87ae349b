import { createHash } from 'node:crypto';

/**
 * SHA-256 in base64url. Used in place of a token or a code as a key in memory, so that keys reveal
 * nothing.
 *
 * @internal
 */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
