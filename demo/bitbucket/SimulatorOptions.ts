/** What `/admin/users` says about a person beyond the plain payload. */
export interface DirectoryFacts {
  directoryName: string;
  /** `false`: an external read-only directory (LDAP, Crowd), so the person cannot edit the own email. */
  mutableDetails: boolean;
  deletable?: boolean;
  mutableGroups?: boolean;
  /** Milliseconds since 1970; absent when the person never signed in. */
  lastAuthenticationTimestamp?: number;
  /** Milliseconds since 1970. */
  createdTimestamp?: number;
}

/** Somebody the simulated server knows. */
export interface SimulatedPerson {
  /** The user payload, served as it is. Nothing checks it: a hostile payload is a use case. */
  user: Record<string, unknown>;
  /** Default: the internal directory with editable details, never signed in. */
  directory?: DirectoryFacts;
  /** Lets this person use HTTP Basic on REST resources. Default: Basic is refused. */
  password?: string;
}

/** An incoming application link. */
export interface OAuthClient {
  clientId: string;
  clientSecret: string;
  /** Compared exactly. An empty list allows any http(s) address of a loopback host. */
  redirectUris: string[];
  /** Scopes that the administrator ticked; a higher scope includes the lower ones. */
  scopes: string[];
}

/** Options of `startBitbucketSimulator`. */
export interface SimulatorOptions {
  people: SimulatedPerson[];
  /** Default 0: any free port. */
  port?: number;
  /** Default none; for example `/bitbucket`. */
  contextPath?: string;
  /** Default: one client `backstage` / `backstage-secret`, any loopback redirect, `PUBLIC_REPOS`. */
  clients?: OAuthClient[];
  /** HTTP access tokens: token → username of one of `people`. Default none. */
  serviceTokens?: Record<string, string>;
  /** Milliseconds since 1970; decides about the age of codes and tokens. Default `Date.now`. */
  now?: () => number;
  /**
   * What a refresh token that was used before sets off. `refuse`: it is answered `invalid_grant` and its
   * successor lives on. `end-grant`: the successor and every other token of the sign-in die too, as
   * RFC 9700 §4.14.2 recommends. Which one Bitbucket does is not known. Default `refuse`.
   */
  refreshTokenReuse?: 'refuse' | 'end-grant';
  /** Milliseconds that every answer takes on its way, see `setLatency`. Default 0. */
  latencyMs?: number;
  /** Refuse an authorization request without `code_challenge`. Default false. */
  requirePkce?: boolean;
  /** Default `9.4.0`. Below 7.20 the server has no OAuth 2.0 provider. */
  version?: string;
}
