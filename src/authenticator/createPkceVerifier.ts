import { createHmac } from 'node:crypto';

/**
 * The PKCE verifier of one sign-in: 43 characters that follow from the nonce of the attempt, which is
 * in the cookie and the state, and the client secret. So it needs no session on the server, and nobody
 * can make it who lacks either of them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7636
 * @internal
 */
export function createPkceVerifier(clientSecret: string, nonce: string): string {
  // The prefix keeps this use of the secret apart from any other one.
  return createHmac('sha256', clientSecret)
    .update(`backstage-plugin-auth-backend-module-bitbucket-server/pkce/${nonce}`)
    .digest('base64url');
}
