import type { JsonSchema } from './jsonSchema';

/** What holds for an item with one of these names. */
type Rule = readonly [names: readonly string[], then: JsonSchema];

/**
 * An object whose key `nameKey` says which other keys it may have. A name that is not known is one
 * complaint: the other keys are then only checked to be keys of some name.
 *
 * @param options - schema of the other keys, by name
 */
export function namedItem(
  nameKey: string,
  options: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  const names = Object.keys(options);
  const properties: Record<string, JsonSchema> = { [nameKey]: { type: 'string', enum: names } };
  const dependencies: Record<string, JsonSchema> = {};

  for (const key of new Set(Object.values(options).flatMap(keysOf))) {
    const forms = groupByForm(names, name => options[name]!.properties?.[key] ?? false);
    const known = forms.flatMap(({ schema }) => (typeof schema === 'object' ? [schema] : []));
    const only = known.length === 1 ? known[0] : undefined;
    properties[key] = only ?? { description: known[0]!.description };
    const rules = forms
      .filter(({ schema }) => schema !== only)
      .map(({ schema, names: some }): Rule => [some, { properties: { [key]: schema } }]);
    Object.assign(dependencies, dependency(key, chooseByName(nameKey, rules)));
  }
  const required = names
    .filter(name => options[name]!.required?.length)
    .map((name): Rule => [[name], { required: options[name]!.required }]);
  Object.assign(dependencies, dependency(nameKey, chooseByName(nameKey, required)));

  return {
    type: 'object',
    additionalProperties: false,
    required: [nameKey],
    properties,
    dependencies,
  };
}

function keysOf({ properties = {} }: JsonSchema): string[] {
  return Object.keys(properties);
}

function dependency(key: string, schema: JsonSchema | undefined): Record<string, JsonSchema> {
  return schema ? { [key]: schema } : {};
}

function chooseByName(nameKey: string, rules: readonly Rule[]): JsonSchema | undefined {
  return rules.reduceRight<JsonSchema | undefined>(
    (otherwise, [names, then]) => ({
      if: { properties: { [nameKey]: { type: 'string', enum: names } } },
      then,
      ...(otherwise && { else: otherwise }),
    }),
    undefined,
  );
}

interface Form {
  /** `false`: these names do not have the key. */
  readonly schema: JsonSchema | boolean;
  readonly names: string[];
}

/** Which names have a key in which form. A description alone, with its default, makes no form. */
function groupByForm(
  names: readonly string[],
  schemaOf: (name: string) => JsonSchema | boolean,
): Form[] {
  const forms = new Map<string, Form>();
  for (const name of names) {
    const schema = schemaOf(name);
    const id = JSON.stringify(
      typeof schema === 'object' ? { ...schema, description: undefined } : schema,
    );
    const form = forms.get(id) ?? { schema, names: [] };
    form.names.push(name);
    forms.set(id, form);
  }
  return [...forms.values()];
}
