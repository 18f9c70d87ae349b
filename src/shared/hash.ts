import { createHash } from 'node:crypto';

/**
 * SHA-256 in base64url. Stands for a token or a code as a key in memory, so that no key is worth
 * anything to whoever reads it.
 *
 * @internal
 */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
