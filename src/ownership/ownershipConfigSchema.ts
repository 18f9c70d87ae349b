/**
 * JSON schema of `ownership` in one environment of `auth.providers.bitbucketServer`.
 *
 * @internal
 */
export const ownershipConfigSchema = {
  type: 'object',
  description: 'What a person who signs in owns things through.',
  additionalProperties: false,
  properties: {
    transitiveGroups: {
      type: 'boolean',
      description:
        'Whether a member of a group also counts as member of its parent groups. Default: false.',
    },
  },
} as const;
