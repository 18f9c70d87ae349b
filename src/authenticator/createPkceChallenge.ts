import { createHash } from 'node:crypto';

/**
 * The `code_challenge` of a verifier, for the method `S256`.
 *
 * @internal
 */
export function createPkceChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
