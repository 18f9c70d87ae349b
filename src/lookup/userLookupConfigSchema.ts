const duration = (description: string) => ({
  anyOf: [{ type: 'string' }, { type: 'object' }],
  description: `${description} Such as '30s', '1 minute', 'PT1M' or { minutes: 1 }.`,
});

const count = (description: string) => ({ type: 'integer', minimum: 1, description });

/**
 * JSON schema of `auth.providers.bitbucketServer.<env>.userLookup`. Its properties are the keys that
 * `readUserLookupOptions` accepts, no more and no fewer.
 *
 * @internal
 */
export const userLookupConfigSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'How the users of the catalog are looked up and remembered at sign-in.',
  properties: {
    ttl: duration('How long a found user is remembered; 0s = ask every time. Default: 60 seconds.'),
    notFoundTtl: duration(
      'How long "nobody" and "several" are remembered; 0s = ask every time. Default: 5 seconds.',
    ),
    staleIfError: duration(
      'How long after its ttl an answer may still serve the refresh of a session while the catalog cannot be asked; 0s = never. Default: 1 hour.',
    ),
    timeout: duration('How long the catalog may take to answer. Default: 10 seconds.'),
    maxEntries: count('Most answers in memory. Default: 10000.'),
    batchSize: count(
      'Most emails or annotation values in one request to the catalog. Default: 100.',
    ),
    refBatchSize: count('Most names in one request to the catalog. Default: 1000.'),
    shared: {
      type: 'boolean',
      description:
        'Whether replicas share answers through the cache of backend.cache. Default: false.',
    },
    sharedTimeout: duration(
      'How long the shared cache may take before it counts as not there. Default: 75 ms.',
    ),
    fields: {
      enum: ['all', 'identity'],
      description:
        'What of a user is fetched and kept: the whole entity, or only name, email, memberships and the matched annotation. Default: all.',
    },
  },
} as const;
