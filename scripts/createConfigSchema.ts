import type { z } from 'zod/v3';
import { authenticatorSchema, loopbackHostPattern, secureUrlPattern } from '../src/authenticator';
import { directorySchema } from '../src/directory';
import { userLookupSchema } from '../src/lookup';
import { ownershipSchema } from '../src/ownership';
import { allResolvers, resolverRegistry, signInSchema } from '../src/resolvers';
import { profileTransformRegistry } from '../src/transforms';
import { toConfigSchema } from './jsonSchema';
import type { JsonSchema } from './jsonSchema';
import { namedItem } from './namedItem';

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
  const keys = toConfigSchema(authenticatorSchema);
  return {
    ...keys,
    properties: {
      ...keys.properties,
      signIn: withProperties(toConfigSchema(signInSchema), {
        resolvers: { ...toConfigSchema(signInSchema.shape.resolvers), items: resolverItem() },
      }),
      profileTransforms: {
        type: 'array',
        description:
          'Transforms that make the profile that Backstage shows, in order. Default: fromUser.',
        items: namedItem('transform', optionsOf(profileTransformRegistry, 'optionsSchema')),
      },
      userLookup: toConfigSchema(userLookupSchema),
      directory: {
        ...toConfigSchema(directorySchema),
        dependencies: {
          token: { properties: { username: false, password: false } },
          username: { required: ['password'] },
          password: { required: ['username'] },
        },
        if: { required: ['username'] },
        else: { required: ['token'] },
      },
      ownership: toConfigSchema(ownershipSchema),
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
  return withProperties(item, { of: { ...(item.properties!.of as JsonSchema), items: part } });
}

function optionsOf<TKey extends string>(
  registry: Readonly<Record<string, Readonly<Record<TKey, z.AnyZodObject>>>>,
  key: TKey,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(registry).map(([name, entry]) => [name, toConfigSchema(entry[key])]),
  );
}

function withProperties(schema: JsonSchema, properties: JsonSchema['properties']): JsonSchema {
  return { ...schema, properties: { ...schema.properties, ...properties } };
}

function nest([key, ...rest]: string[], properties: JsonSchema['properties']): JsonSchema {
  if (key === undefined) return { type: 'object', properties };
  return { type: 'object', properties: { [key]: nest(rest, properties) } };
}
