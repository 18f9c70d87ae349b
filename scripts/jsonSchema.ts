import { zodToJsonSchema } from 'zod-to-json-schema';
import type { z } from 'zod/v3';

/** A JSON schema, as far as this package's own has it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema | boolean>>;
  readonly required?: readonly string[];
}

/** Makes the JSON schema of a section. */
export function toConfigSchema(schema: z.ZodTypeAny): JsonSchema {
  const { $schema, ...converted } = zodToJsonSchema(schema, {
    $refStrategy: 'none',
    pipeStrategy: 'output',
    postProcess: (json, def) =>
      json && adapt(json as JsonSchema, (def as { readonly typeName?: string }).typeName),
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
