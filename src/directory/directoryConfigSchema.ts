/**
 * JSON schema of `directory` in one environment of `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export const directoryConfigSchema = {
  type: 'object',
  description:
    'How to ask Bitbucket Server which directory an account is in, for emailTrust "readOnlyDirectory". Needs a credential: token, or username and password.',
  additionalProperties: false,
  properties: {
    token: {
      type: 'string',
      visibility: 'secret',
      description: 'HTTP access token of an account that Backstage asks with.',
    },
    username: {
      type: 'string',
      description: 'Account that Backstage asks with, when there is no token.',
    },
    password: { type: 'string', visibility: 'secret', description: 'Password of that account.' },
    trustedDirectories: {
      type: 'array',
      items: { type: 'string' },
      description:
        'Names of directories whose emails are relied on although Bitbucket Server lets details be edited there. Default: none.',
    },
    ttl: {
      anyOf: [
        { type: 'string', description: "Such as '5m' or the ISO form 'PT5M'." },
        { type: 'object', description: 'Such as { minutes: 5 }.' },
      ],
      description: 'How long an answer is kept, up to 1 hour. Default: 5 minutes.',
    },
  },
} as const;
