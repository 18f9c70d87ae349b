import { createHash } from 'node:crypto';

/** Whether the verifier belongs to the challenge, see {@link https://www.rfc-editor.org/rfc/rfc7636 | RFC 7636}. */
export function verifyPkce(verifier: string, challenge: string, method: string): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    return false;
  }
  const derived =
    method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  return derived === challenge;
}
