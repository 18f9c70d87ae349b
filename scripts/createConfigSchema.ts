import { zodToJsonSchema } from 'zod-to-json-schema';
import type { z } from 'zod/v3';
import { authenticatorSchema, loopbackHostPattern, secureUrlPattern } from '../src/authenticator';
import { directorySchema } from '../src/directory';
import { userLookupSchema } from '../src/lookup';
import { ownershipSchema } from '../src/ownership';
import { allResolvers, resolverRegistry, signInSchema } from '../src/resolvers/registry';
import { profileTransformRegistry } from '../src/transforms';

/** A JSON schema, as far as this package's own has it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/**
 * Makes the config schema of the package out of the schemas that its readers use, so that both refuse
 * the same, as far as JSON Schema can.
 *
 * Backstage's validator lists every alternative of an `anyOf` that does not fit, and it adds a line
 * for each `if` that fails: so there is no `anyOf`, and an `if` only where nothing else does.
 */
export function createConfigSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...nest(['auth', 'providers'], {
      bitbucketServer: {
        description: 'Sign-in with Bitbucket Server / Data Center, by auth environment.',
        // The frontend asks for this key to see whether the provider is set up; nothing below is visible.
        visibility: 'frontend',
        type: 'object',
        additionalProperties: createEnvironmentSchema(),
      },
    }),
  };
}

/** Schema of one environment of `auth.providers.bitbucketServer`. */
export function createEnvironmentSchema(): JsonSchema {
  const keys = convert(authenticatorSchema);
  return {
    ...keys,
    properties: {
      ...keys.properties,
      signIn: withProperties(convert(signInSchema), {
        resolvers: { ...convert(signInSchema.shape.resolvers), items: resolverItem() },
      }),
      profileTransforms: {
        type: 'array',
        description: 'What makes the profile that Backstage shows, in order. Default: fromUser.',
        items: namedItem('transform', optionsOf(profileTransformRegistry, 'optionsSchema')),
      },
      userLookup: convert(userLookupSchema),
      directory: {
        ...convert(directorySchema),
        dependencies: {
          token: { properties: { username: false, password: false } },
          username: { required: ['password'] },
          password: { required: ['username'] },
        },
        if: { required: ['username'] },
        else: { required: ['token'] },
      },
      ownership: convert(ownershipSchema),
    },
    dependencies: {
      baseUrl: {
        properties: { host: false },
        ...ifHttpIsAllowed({ else: string('baseUrl', secureUrlPattern) }),
      },
      host: ifHttpIsAllowed({ then: string('host', loopbackHostPattern) }),
      signIn: { if: usesDirectory(), then: { required: ['directory'] } },
    },
    if: { required: ['baseUrl'] },
    else: { required: ['host'] },
  };
}

function ifHttpIsAllowed(branches: JsonSchema): JsonSchema {
  const dangerouslyAllowHttp = { const: true };
  return {
    if: { properties: { dangerouslyAllowHttp }, required: ['dangerouslyAllowHttp'] },
    ...branches,
  };
}

function string(key: string, { source }: RegExp): JsonSchema {
  return { properties: { [key]: { type: 'string', pattern: source } } };
}

/** Holds where a resolver, or a part of an agreement, asks for the directory of an account. */
function usesDirectory(): JsonSchema {
  const asks = withKey('emailTrust', { const: 'readOnlyDirectory' });
  const partAsks = withKey('of', { type: 'array', contains: asks });
  const resolvers = { type: 'array', contains: { anyOf: [asks, partAsks] } };
  return { properties: { signIn: withKey('resolvers', resolvers) } };
}

function withKey(key: string, schema: JsonSchema): JsonSchema {
  // In a list, because "config:check --strict" allows no other key where the type is just "object".
  return { type: ['object'], properties: { [key]: schema }, required: [key] };
}

function resolverItem(): JsonSchema {
  const item = namedItem('resolver', optionsOf(allResolvers, 'optionsSchema'));
  const part = namedItem('resolver', optionsOf(resolverRegistry, 'matcherSchema'));
  // The registry knows an agreement's parts as records, because each names its own schema.
  return withProperties(item, { of: { ...item.properties!.of, items: part } });
}

/**
 * An object whose key `nameKey` says which other keys it may have: all keys of all names, and for
 * each what refuses it beside names that do not have it.
 */
function namedItem(nameKey: string, options: Record<string, JsonSchema>): JsonSchema {
  const names = Object.keys(options);
  const properties: Record<string, JsonSchema> = { [nameKey]: { type: 'string', enum: names } };
  const dependencies: Record<string, JsonSchema> = {};
  const isNamed = (some: readonly string[]) => ({
    properties: { [nameKey]: { type: 'string', enum: some } },
  });
  for (const schema of Object.values(options)) {
    for (const [option, value] of Object.entries(schema.properties ?? {})) {
      const others = names.filter(name => !options[name]!.properties?.[option]);
      properties[option] = mergeVariants(option, properties[option], value);
      if (others.length > 0) {
        dependencies[option] = { if: isNamed(others), then: { properties: { [option]: false } } };
      }
    }
  }
  const needy = names.filter(name => options[name]!.required?.length);
  const needs = needy.reduceRight<JsonSchema | undefined>(
    (otherwise, name) => ({
      if: isNamed([name]),
      then: { required: options[name]!.required },
      ...(otherwise && { else: otherwise }),
    }),
    undefined,
  );
  return {
    type: 'object',
    additionalProperties: false,
    required: [nameKey],
    properties,
    dependencies: { ...dependencies, ...(needs && { [nameKey]: needs }) },
  };
}

/** Two options of one name differ in their descriptions only: in the defaults that those tell of. */
function mergeVariants(option: string, known: JsonSchema | undefined, other: JsonSchema) {
  if (!known) return other;
  const withoutDescription = (schema: JsonSchema) =>
    JSON.stringify({ ...schema, description: undefined });
  if (withoutDescription(known) !== withoutDescription(other)) {
    throw new Error(`the option "${option}" is not the same in all resolvers that have it`);
  }
  return known;
}

function optionsOf<TKey extends string>(
  registry: Readonly<Record<string, Readonly<Record<TKey, z.AnyZodObject>>>>,
  key: TKey,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(registry).map(([name, entry]) => [name, convert(entry[key])]),
  );
}

interface ZodKind {
  readonly typeName?: string;
}

function convert(schema: z.ZodTypeAny): JsonSchema {
  const { $schema, ...converted } = zodToJsonSchema(schema, {
    $refStrategy: 'none',
    pipeStrategy: 'output',
    postProcess: (json, def) => json && adapt(json as JsonSchema, (def as ZodKind).typeName),
  }) as JsonSchema;
  return converted;
}

/**
 * Backstage's validator makes the type of a value fit its schema: the text "5" passes as a number,
 * and so it does not say what the start says. A pattern on what is not to be a text refuses it.
 */
function adapt(schema: JsonSchema, typeName: string | undefined): JsonSchema {
  switch (typeName) {
    case 'ZodBoolean':
      return { ...schema, type: ['string', 'boolean'], pattern: notString('true or false') };
    case 'ZodNumber':
      return { ...schema, type: ['string', String(schema.type)], pattern: notString('a number') };
    case 'ZodUnion':
      return mergeAlternatives(schema);
    case 'ZodBranded':
      return { ...schema, visibility: 'secret' };
    default:
      return schema;
  }
}

/** No text fits it; whoever reads the complaint learns what would. */
function notString(expected: string): string {
  return `^ ${expected}, without quotes $(?!)`;
}

/** A value of several types as one schema, whose complaint is one line instead of one for each. */
function mergeAlternatives({ anyOf, type, ...schema }: JsonSchema): JsonSchema {
  const alternatives = anyOf as readonly JsonSchema[] | undefined;
  if (!alternatives) return { ...schema, ...(type && { type }) };
  const types = new Set(alternatives.flatMap(alternative => alternative.type ?? []));
  const merged = Object.assign({}, ...alternatives) as JsonSchema;
  return { ...merged, ...schema, type: [...types] };
}

function withProperties(schema: JsonSchema, properties: Record<string, JsonSchema>): JsonSchema {
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

function nest([key, ...rest]: string[], properties: Record<string, JsonSchema>): JsonSchema {
  if (key === undefined) return { type: 'object', properties };
  return { type: 'object', properties: { [key]: nest(rest, properties) } };
}
