import { z } from 'zod/v3';
import { createConfigError, readNamedItem } from '../../config';
import { agreement, isNamespace, matchers } from '../matchers';
import type { EmailOptions, Matcher, SubjectAttribute } from '../matchers';

/**
 * What is known about the place where a named resolver is used.
 *
 * @internal
 */
export interface ResolverEnvironment {
  /** Host name of the Bitbucket Server, for defaults of annotations. */
  readonly host?: string;
}

/** @internal */
export interface ResolverEntry {
  /** Options of the matcher, without those of the step. */
  readonly matcherSchema: z.AnyZodObject;
  /** All options. */
  readonly optionsSchema: z.AnyZodObject;
  /** @throws `Error` for options that cannot be */
  readonly createMatcher: (options: Record<string, unknown>, env: ResolverEnvironment) => Matcher;
  /** What the administrator should know about these options. */
  readonly warnings: (options: Record<string, unknown>) => readonly string[];
}

const action = z.enum(['next', 'stop']).optional();

const policy = {
  onMissing: action.describe('When the account lacks the attribute. Default: next.'),
  onNoMatch: action.describe('When no entity matches. Default: next.'),
  onDenied: action.describe('When the attribute may not be used. Default: next.'),
  onAmbiguous: action.describe(
    'When several entities match, or attributes disagree. Default: stop.',
  ),
};

const withoutUser = {
  dangerouslyAllowSignInWithoutUserInCatalog: z
    .union([
      z.boolean(),
      z.object({ namespace: z.string().refine(isNamespace, 'it is no namespace') }).strict(),
    ])
    .optional()
    .describe(
      'Signs in people who have no User entity, when every step found nobody. Dangerous: a name that is free in the catalog belongs to whoever can choose it in Bitbucket.',
    ),
};

const email = {
  allowedDomains: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Domains whose addresses may sign in; "*.corp.com" for all subdomains. Default: all.',
    ),
  emailTrust: z
    .enum(['always', 'readOnlyDirectory', 'never'])
    .optional()
    .describe('Whether the email is relied on. Default: always.'),
};

const namespace = {
  namespaces: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Namespaces in order of precedence; '*' for any. Default: [default]."),
};

/**
 * Options that several named resolvers have.
 *
 * @internal
 */
export const optionSchemas = { policy, withoutUser, email, namespace } as const;

/** @internal */
export function resolverEntry<TShape extends z.ZodRawShape>(
  shape: TShape,
  createMatcher: (options: z.output<z.ZodObject<TShape>>, env: ResolverEnvironment) => Matcher,
  warnings: (options: z.output<z.ZodObject<TShape>>) => readonly string[] = () => [],
): ResolverEntry {
  const matcherSchema = z.object(shape).strict();
  type Options = z.output<z.ZodObject<TShape>>;
  return {
    matcherSchema,
    optionsSchema: z
      .object({ ...shape, ...optionSchemas.withoutUser, ...optionSchemas.policy })
      .strict(),
    // The options come out of the schema just above, which the registry's type does not remember.
    createMatcher: (options, env) => createMatcher(options as Options, env),
    warnings: options => warnings(options as Options),
  };
}

/**
 * A resolver by annotation, whose default key is `<host>/<suffix>`: the host keeps the people of two
 * Bitbucket instances apart.
 *
 * @internal
 */
export function annotationResolver(
  from: SubjectAttribute,
  suffix: string,
  shape: z.ZodRawShape = {},
  warnings: (options: EmailOptions) => readonly string[] = () => [],
): ResolverEntry {
  return resolverEntry(
    {
      ...shape,
      annotation: z
        .string()
        .optional()
        .describe(`Key of the annotation. Default: <host>/${suffix}.`),
    },
    (parsed, { host }) => {
      const options = parsed as EmailOptions & { annotation?: string };
      const annotation = options.annotation ?? (host && `${host}/${suffix}`);
      if (!annotation) {
        throw new Error(
          `needs the option "annotation": its default <host>/${suffix} is only known inside this package's backend module`,
        );
      }
      return matchers.annotation({ ...options, from, annotation });
    },
    options => warnings(options as EmailOptions),
  );
}

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

const shape = {
  of: z
    .array(z.record(z.unknown()))
    .min(2)
    .describe(
      'The resolvers that must all name the same entity: [{ resolver: <name>, …options }].',
    ),
};

// Steps of an agreement have no policy of their own, so the options of a step are unknown there.
const parts = Object.fromEntries(
  Object.entries(resolverRegistry).map(([name, entry]) => [
    name,
    { ...entry, optionsSchema: entry.matcherSchema },
  ]),
);

/**
 * `agreement`: all resolvers of its list must name the same entity.
 *
 * @internal
 */
export const agreementEntry: ResolverEntry = {
  matcherSchema: z.object(shape).strict(),
  // Several attributes give no one name, so there is no sign-in without a user here.
  optionsSchema: z.object({ ...shape, ...optionSchemas.policy }).strict(),
  createMatcher: (options, env) =>
    agreement(readParts(options).map(part => parts[part.name]!.createMatcher(part.options, env))),
  warnings(options) {
    const all = readParts(options);
    // A forged email alone gets nobody in when an attribute that cannot be forged must agree.
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

/**
 * Name of a resolver in `signIn.resolvers`.
 *
 * @public
 */
export type BitbucketServerResolverName = SimpleResolverName | 'agreement';

/**
 * Everything that `signIn.resolvers` of a config can name.
 *
 * @internal
 */
export const allResolvers: Readonly<Record<BitbucketServerResolverName, ResolverEntry>> = {
  ...resolverRegistry,
  agreement: agreementEntry,
};
