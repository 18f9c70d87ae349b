import { createPkceChallenge } from '../../src/authenticator/createPkceChallenge';
import { createPkceVerifier } from '../../src/authenticator/createPkceVerifier';

describe('PKCE', () => {
  it('makes the challenge of RFC 7636, appendix B', () => {
    expect(createPkceChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  it('makes a verifier of legal characters that depends on the secret and the nonce', () => {
    const verifier = createPkceVerifier('secret', 'nonce');
    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(createPkceVerifier('secret', 'nonce')).toBe(verifier);
    expect(createPkceVerifier('other', 'nonce')).not.toBe(verifier);
    expect(createPkceVerifier('secret', 'other')).not.toBe(verifier);
  });
});
