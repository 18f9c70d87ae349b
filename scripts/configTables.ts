import { createEnvironmentSchema } from './createConfigSchema';
import type { JsonSchema } from './jsonSchema';

const head = ['Key', 'Type', 'Default', 'Meaning'];

/**
 * Writes the tables of keys into the text of docs/configuration.md, between the lines
 * `<!-- keys: … -->` and `<!-- end of keys -->`.
 *
 * @throws `Error` when a table has no place in the text
 */
export function fillConfigTables(markdown: string): string {
  const { properties = {}, required = [] } = createEnvironmentSchema();
  const rows = { environment: [] as string[][], sections: [] as string[][] };
  for (const [key, schema] of entriesOf(properties)) {
    const leaves = entriesOf(isDuration(schema) ? {} : (schema.properties ?? {}));
    const isSection = leaves.length > 0 || schema.type === 'array';
    const table = isSection ? rows.sections : rows.environment;
    if (leaves.length === 0) table.push(toRow(key, schema, required.includes(key)));
    for (const [leaf, leafSchema] of leaves) table.push(toRow(`${key}.${leaf}`, leafSchema, false));
  }
  return Object.entries(rows).reduce(
    (text, [name, table]) => fill(text, name, [head, ...table]),
    markdown,
  );
}

function entriesOf(properties: NonNullable<JsonSchema['properties']>): [string, JsonSchema][] {
  return Object.entries(properties).map(([key, schema]) => [key, schema as JsonSchema]);
}

function toRow(key: string, schema: JsonSchema, isRequired: boolean): string[] {
  const { description = '' } = schema;
  const [sentence = '', byDefault] = /Default: (.+?)\.(?=$| )/.exec(description) ?? [];
  return [
    `\`${key}\``,
    `${typeOf(schema)}${isRequired ? ', required' : ''}`,
    byDefault ? `\`${byDefault}\`` : '',
    description.replace(sentence, '').trim().replaceAll('|', '\\|'),
  ];
}

function isDuration({ properties = {} }: JsonSchema): boolean {
  return 'milliseconds' in properties;
}

function typeOf(schema: JsonSchema): string {
  if (isDuration(schema)) return 'duration';
  if (Array.isArray(schema.enum)) return schema.enum.map(value => `\`${value}\``).join(' or ');
  const types = [schema.type ?? []].flat();
  // Beside another scalar, a string is only there to be refused.
  const known = types.some(type => ['boolean', 'integer'].includes(type))
    ? types.filter(type => type !== 'string')
    : types;
  return known.map(type => (type === 'array' ? 'list' : type)).join(' or ');
}

function fill(markdown: string, name: string, table: readonly string[][]): string {
  const place = new RegExp(`(<!-- keys: ${name} -->\n)[^]*?(\n<!-- end of keys -->)`);
  if (!place.test(markdown)) throw new Error(`there is no place for the table of ${name}`);
  return markdown.replace(place, (_, start, end) => `${start}\n${format(table)}\n${end}`);
}

/** As Prettier has it. */
function format([titles = [], ...rows]: readonly string[][]): string {
  const widths = titles.map((_, column) =>
    Math.max(...[titles, ...rows].map(cells => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(titles), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
