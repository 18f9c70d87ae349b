import { z } from 'zod/v3';
import { createConfigError, readNamedItem, strictObject } from '../../config';
import { policyShape, withoutUserShape } from '../chain';
import {
  agreement,
  annotationShape,
  emailEntityNameShape,
  emailLocalPartShape,
  entityNameShape,
  matchers,
  profileEmailShape,
} from '../matchers';
import type { Matcher, SubjectAttribute } from '../matchers';

export interface ResolverEntry {
  /** Options of the matcher, without those of the step. */
  readonly matcherSchema: z.AnyZodObject;
  /** All options. */
  readonly optionsSchema: z.AnyZodObject;
  /**
   * @param host - of the Bitbucket Server, for defaults of annotations
   * @throws `Error` for options that are not valid
   */
  readonly createMatcher: (options: Record<string, unknown>, host?: string) => Matcher;
  /** Warnings about these options. */
  readonly warnings: (options: Record<string, unknown>) => readonly string[];
}

function resolverEntry<TShape extends z.ZodRawShape>(
  shape: TShape,
  createMatcher: (options: z.output<z.ZodObject<TShape>>, host?: string) => Matcher,
  warnings: (options: z.output<z.ZodObject<TShape>>) => readonly string[] = () => [],
): ResolverEntry {
  type Options = z.output<z.ZodObject<TShape>>;
  return {
    matcherSchema: strictObject(shape),
    optionsSchema: strictObject({ ...shape, ...withoutUserShape, ...policyShape }),
    // The options were parsed by the schema above, which the type of the registry does not express.
    createMatcher: (options, host) => createMatcher(options as Options, host),
    warnings: options => warnings(options as Options),
  };
}

type AnnotationOptions = Parameters<typeof matchers.annotation>[0];

/**
 * A resolver by annotation, whose default key is `<host>/<suffix>`: the host keeps the people of two
 * Bitbucket instances apart.
 */
function annotationResolver(from: SubjectAttribute, suffix: string): ResolverEntry {
  const annotation = z
    .string()
    .optional()
    .describe(`Key of the annotation. Default: <host>/${suffix}.`);
  return resolverEntry(
    { ...annotationShape(from), annotation },
    (parsed, host) => {
      // The shape depends on the attribute. The matcher checks its options again.
      const options = parsed as Partial<AnnotationOptions>;
      const key = options.annotation ?? (host && `${host}/${suffix}`);
      if (!key) {
        throw new Error(
          `needs the option "annotation"; its default <host>/${suffix} is only known inside this package's backend module`,
        );
      }
      return matchers.annotation({ ...options, from, annotation: key });
    },
    options => (from === 'email' ? emailWarnings(options as Partial<AnnotationOptions>) : []),
  );
}

const trustWarning =
  'people of an internal Bitbucket directory can edit their own email address, and with emailTrust "always" they sign in as whoever has that address in the catalog; use userIdMatchingUserEntityAnnotation, or set emailTrust to "readOnlyDirectory"';

function emailWarnings({ emailTrust = 'always' }: { emailTrust?: string }): string[] {
  if (emailTrust === 'never') return ['with emailTrust "never", this step cannot sign anybody in'];
  return emailTrust === 'always' ? [trustWarning] : [];
}

function nameWarnings({ normalize = 'none' }: { normalize?: string }): string[] {
  return normalize === 'none'
    ? []
    : [`with normalize "${normalize}", two accounts can become the same entity name`];
}

/**
 * Name of a resolver in `signIn.resolvers`.
 *
 * @public
 */
export type BitbucketServerResolverName =
  | 'agreement'
  | 'emailLocalPartMatchingUserEntityName'
  | 'emailMatchingUserEntityAnnotation'
  | 'emailMatchingUserEntityName'
  | 'emailMatchingUserEntityProfileEmail'
  | 'userIdMatchingUserEntityAnnotation'
  | 'userSlugMatchingUserEntityAnnotation'
  | 'userSlugMatchingUserEntityName'
  | 'usernameMatchingUserEntityAnnotation'
  | 'usernameMatchingUserEntityName';

/**
 * What `signIn.resolvers` of a config can name, apart from `agreement`, which combines these. The
 * factories, the reader of the config and its schema are made from it, and the docs are checked.
 */
export const resolverRegistry = {
  emailMatchingUserEntityProfileEmail: resolverEntry(
    profileEmailShape,
    options => matchers.profileEmail(options),
    emailWarnings,
  ),
  emailLocalPartMatchingUserEntityName: resolverEntry(
    emailLocalPartShape,
    options => matchers.emailLocalPart(options),
    options => [
      ...emailWarnings(options),
      ...(options.allowedDomains
        ? []
        : ['without allowedDomains, the same local part in two domains is treated as one person']),
    ],
  ),
  emailMatchingUserEntityName: resolverEntry(
    emailEntityNameShape,
    options => matchers.emailEntityName(options),
    options => [
      ...emailWarnings(options),
      'two emails can become the same entity name; entities with another spec.profile.email are refused, those without one are not',
    ],
  ),
  emailMatchingUserEntityAnnotation: annotationResolver('email', 'email'),
  usernameMatchingUserEntityName: resolverEntry(
    entityNameShape,
    options => matchers.entityName({ ...options, from: 'username' }),
    nameWarnings,
  ),
  userSlugMatchingUserEntityName: resolverEntry(
    { namespaces: entityNameShape.namespaces },
    options => matchers.entityName({ ...options, from: 'slug' }),
  ),
  userIdMatchingUserEntityAnnotation: annotationResolver('id', 'user-id'),
  usernameMatchingUserEntityAnnotation: annotationResolver('username', 'username'),
  userSlugMatchingUserEntityAnnotation: annotationResolver('slug', 'user-slug'),
} as const satisfies Record<Exclude<BitbucketServerResolverName, 'agreement'>, ResolverEntry>;

const agreementShape = {
  of: z
    .array(z.record(z.unknown()))
    .min(2)
    .describe(
      'The resolvers that must all name the same entity: [{ resolver: <name>, …options }].',
    ),
};

// Parts of an agreement have no policy of their own, so they accept the options of the matcher only.
const parts = Object.fromEntries(
  Object.entries(resolverRegistry).map(([name, entry]) => [
    name,
    { ...entry, optionsSchema: entry.matcherSchema },
  ]),
);

/** `agreement`: all resolvers of its list must name the same entity. */
const agreementEntry: ResolverEntry = {
  matcherSchema: strictObject(agreementShape),
  // Several attributes do not give one name, so an agreement cannot sign in without a user.
  optionsSchema: strictObject({ ...agreementShape, ...policyShape }),
  createMatcher: (options, host) =>
    agreement(readParts(options).map(part => parts[part.name]!.createMatcher(part.options, host))),
  warnings(options) {
    const all = readParts(options);
    // A forged email is not enough when another attribute must agree.
    const emails = all.filter(part => part.name.startsWith('email'));
    const relevant = emails.length < all.length ? all.filter(part => !emails.includes(part)) : all;
    return relevant.flatMap(part => parts[part.name]!.warnings(part.options));
  },
};

function readParts(options: Record<string, unknown>) {
  return (options.of as unknown[]).map((item, index) => {
    const nested = item as { resolver?: unknown };
    if (nested.resolver === 'agreement') {
      throw createConfigError(`of[${index}].resolver`, 'must not be an agreement itself');
    }
    return readNamedItem(item, `of[${index}]`, { nameKey: 'resolver', registry: parts });
  });
}

/** Everything that `signIn.resolvers` of a config can name. */
export const allResolvers: Readonly<Record<BitbucketServerResolverName, ResolverEntry>> = {
  ...resolverRegistry,
  agreement: agreementEntry,
};
