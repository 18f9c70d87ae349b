import { z } from 'zod/v3';
import { matchers } from '../matchers';
import { annotationResolver } from './annotationResolver';
import { optionSchemas } from './optionSchemas';
import { resolverEntry } from './resolverEntry';
import type { ResolverEntry } from './resolverEntry';

const trustWarning =
  'people of an internal Bitbucket directory can edit their own email address, and with emailTrust "always" sign in as whoever has it in the catalog; userIdMatchingUserEntityAnnotation is the safe key, or set emailTrust to "readOnlyDirectory"';

function emailWarnings({ emailTrust = 'always' }: { emailTrust?: string }): string[] {
  if (emailTrust === 'never') return ['with emailTrust "never", this step signs nobody in'];
  return emailTrust === 'always' ? [trustWarning] : [];
}

/**
 * What `signIn.resolvers` of a config can name, apart from `agreement`, which is made of these.
 * Factories, the reader of the config, its schema and the documentation all come from here.
 *
 * @internal
 */
export const resolverRegistry = {
  emailMatchingUserEntityProfileEmail: resolverEntry(
    {
      ...optionSchemas.email,
      stripPlusTag: z
        .boolean()
        .optional()
        .describe(
          'Whether jane+x@ may match jane@ when nobody has the tagged address. Default: false.',
        ),
    },
    options => matchers.profileEmail(options),
    emailWarnings,
  ),
  emailLocalPartMatchingUserEntityName: resolverEntry(
    { ...optionSchemas.email, ...optionSchemas.namespace },
    options => matchers.emailLocalPart(options),
    options => [
      ...emailWarnings(options),
      ...(options.allowedDomains
        ? []
        : ['without allowedDomains, the same local part of every domain is the same person']),
    ],
  ),
  emailMatchingUserEntityAnnotation: annotationResolver(
    'email',
    'email',
    optionSchemas.email,
    emailWarnings,
  ),
  usernameMatchingUserEntityName: resolverEntry(
    {
      ...optionSchemas.namespace,
      normalize: z
        .enum(['none', 'underscore'])
        .optional()
        .describe('How a username that is no valid entity name is made one. Default: none.'),
    },
    options => matchers.entityName({ ...options, from: 'username' }),
    ({ normalize }) =>
      normalize === 'underscore'
        ? ['with normalize "underscore", two usernames can become the same entity name']
        : [],
  ),
  userSlugMatchingUserEntityName: resolverEntry(optionSchemas.namespace, options =>
    matchers.entityName({ ...options, from: 'slug' }),
  ),
  userIdMatchingUserEntityAnnotation: annotationResolver('id', 'user-id'),
  usernameMatchingUserEntityAnnotation: annotationResolver('username', 'username'),
  userSlugMatchingUserEntityAnnotation: annotationResolver('slug', 'user-slug'),
} as const satisfies Record<string, ResolverEntry>;

/**
 * Name of a resolver that an agreement can be made of.
 *
 * @internal
 */
export type SimpleResolverName = keyof typeof resolverRegistry;
