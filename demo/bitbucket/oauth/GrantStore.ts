import type { SimulatedPerson } from '../SimulatorOptions';

/** What a simulated consent may ask for. */
export interface AuthorizeOptions {
  /** Default: the first client. */
  clientId?: string;
  redirectUri: string;
  /** Default: what the client was granted. */
  scope?: string;
  codeChallenge?: string;
  /** `S256` or `plain`; default `plain`, as RFC 7636 has it. */
  codeChallengeMethod?: string;
  state?: string;
}

/** Tokens of one exchange. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
}

/** What a code was issued for; all of it is checked when the code comes back. */
export interface CodeGrant {
  person: SimulatedPerson;
  clientId: string;
  redirectUri: string;
  codeChallenge?: string;
  codeChallengeMethod?: string;
}

/** Codes and tokens, alive and used. */
export interface GrantStore {
  issueCode(grant: CodeGrant): string;
  /**
   * Uses a code up. Undefined when it is unknown, older than ten seconds or used before; a second use ends
   * the tokens of the first one too.
   */
  takeCode(code: string): (CodeGrant & { familyId: string }) | undefined;
  /** A new pair; pass the family of the code so that a replay of the code can end it. */
  issueTokens(person: SimulatedPerson, clientId: string, familyId?: string): TokenPair;
  /** Rotates: the refresh token and its access token die at once. Undefined when it is unknown, expired or used. */
  rotate(refreshToken: string, clientId: string): TokenPair | undefined;
  /** Owner of an access token that is alive. */
  personOf(accessToken: string): SimulatedPerson | undefined;
  revokeAll(): void;
}
