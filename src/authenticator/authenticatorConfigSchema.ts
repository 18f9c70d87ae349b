const duration = {
  anyOf: [
    { type: 'string', description: "Such as '10s', '1 minute' or the ISO form 'PT10S'." },
    { type: 'object', description: 'Such as { seconds: 10 }.' },
  ],
} as const;

/**
 * JSON schema of the keys that the authenticator and Backstage's own OAuth routes read in one
 * environment of `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export const authenticatorConfigSchema = {
  clientId: {
    type: 'string',
    description: 'Client id of the incoming application link.',
  },
  clientSecret: {
    type: 'string',
    visibility: 'secret',
    description: 'Client secret of the incoming application link.',
  },
  host: {
    type: 'string',
    description:
      'Address of Bitbucket Server without a scheme: host[:port][/context]. Means https. Set this or baseUrl.',
  },
  baseUrl: {
    type: 'string',
    description:
      'Address of Bitbucket Server as a URL with the context path. Set this or host. http is for loopback hosts only, see dangerouslyAllowHttp.',
  },
  dangerouslyAllowHttp: {
    type: 'boolean',
    description:
      'Allows http in baseUrl for a host that is not loopback, and turns a loopback host into http. Secrets and tokens then travel in clear. Default: false.',
  },
  callbackUrl: {
    type: 'string',
    description:
      'Redirect URL of the application link. Default: <auth base URL>/bitbucketServer/handler/frame.',
  },
  additionalScopes: {
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    description:
      'Scopes to ask for on top of those that the frontend asks for. Signing in needs none but PUBLIC_REPOS.',
  },
  sessionDuration: {
    ...duration,
    description: 'How long the refresh token cookie lives. Default: 1000 days.',
  },
  timeout: {
    ...duration,
    description:
      'Limit of one call to Bitbucket Server, with its body and retries. Default: 10 seconds.',
  },
  profileCacheTtl: {
    ...duration,
    description:
      'How long a user that was read from Bitbucket Server serves the refreshes of sessions; 0 reads it anew at each. Default: 1 minute.',
  },
} as const;

/** The keys of {@link authenticatorConfigSchema}. */
export const authenticatorConfigKeys: readonly string[] = Object.keys(authenticatorConfigSchema);
