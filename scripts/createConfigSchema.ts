import { zodToJsonSchema } from 'zod-to-json-schema';
import type { z } from 'zod/v3';
import { authenticatorConfigSchema } from '../src/authenticator/authenticatorConfigSchema';
import { directoryConfigSchema } from '../src/directory/directoryConfigSchema';
import { userLookupConfigSchema } from '../src/lookup/userLookupConfig';
import { ownershipConfigSchema } from '../src/ownership/ownershipConfig';
import { allResolvers, resolverRegistry } from '../src/resolvers';
import { profileTransformRegistry } from '../src/transforms/profileTransformRegistry';

type JsonSchema = Record<string, unknown>;

/**
 * Makes the config schema of the package out of the registries and schemas that its readers use, so
 * that a name in the schema always works.
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
        additionalProperties: environment(),
      },
    }),
  };
}

function environment(): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['clientId', 'clientSecret'],
    oneOf: [{ required: ['host'] }, { required: ['baseUrl'] }],
    properties: {
      ...authenticatorConfigSchema,
      signIn: {
        type: 'object',
        description: 'How an authenticated person becomes a User entity.',
        additionalProperties: false,
        required: ['resolvers'],
        properties: { resolvers: resolverList() },
      },
      profileTransforms: {
        type: 'array',
        description: 'What makes the profile that Backstage shows, in order. Default: fromUser.',
        items: choice('transform', optionsOf(profileTransformRegistry, 'optionsSchema')),
      },
      userLookup: userLookupConfigSchema,
      directory: directoryConfigSchema,
      ownership: ownershipConfigSchema,
    },
  };
}

function resolverList(): JsonSchema {
  const options = optionsOf(allResolvers, 'optionsSchema');
  const parts = choice('resolver', optionsOf(resolverRegistry, 'matcherSchema'));
  // The registry knows an agreement's parts as records, because each names its own schema.
  const { of } = options.agreement!.properties as { of: JsonSchema };
  of.items = parts;
  return {
    type: 'array',
    description: 'Resolvers that are tried in order.',
    items: choice('resolver', options),
  };
}

interface ObjectSchema extends JsonSchema {
  properties: JsonSchema;
  required?: string[];
}

function optionsOf<TKey extends string>(
  registry: Record<string, Record<TKey, z.AnyZodObject>>,
  key: TKey,
): Record<string, ObjectSchema> {
  return Object.fromEntries(
    Object.entries(registry).map(([name, entry]) => {
      const { $schema, ...schema } = zodToJsonSchema(entry[key], { $refStrategy: 'none' });
      return [name, schema as ObjectSchema];
    }),
  );
}

/** An object whose key `nameKey` says which other keys it may have. */
function choice(nameKey: string, options: Record<string, ObjectSchema>): JsonSchema {
  return {
    type: 'object',
    required: [nameKey],
    // Says all names at once, where the alternatives below would complain one by one.
    properties: { [nameKey]: { type: 'string', enum: Object.keys(options) } },
    anyOf: Object.entries(options).map(([name, { properties, required = [], ...schema }]) => ({
      ...schema,
      required: [nameKey, ...required],
      properties: { [nameKey]: { type: 'string', const: name }, ...properties },
    })),
  };
}

function nest([key, ...rest]: string[], properties: JsonSchema): JsonSchema {
  if (key === undefined) return { type: 'object', properties };
  return { type: 'object', properties: { [key]: nest(rest, properties) } };
}
