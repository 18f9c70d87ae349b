import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { fillConfigTables } from '../../scripts/configTables';
import {
  bitbucketServerProfileTransforms,
  bitbucketServerSignInResolvers,
  readSignInSetup,
} from '../../src';
import { environmentSchema } from '../support/configSchema';
import { readDoc, readTable } from './support/readDocs';

interface KeySchema {
  readonly properties?: Record<string, KeySchema>;
  readonly description?: string;
  readonly type?: string;
}

const doc = readDoc('docs/configuration.md');
const required = (environmentSchema as { required?: string[] }).required ?? [];

/** `userLookup.ttl` and so on. */
function leavesOf({ properties = {} }: KeySchema, prefix = ''): [string, KeySchema][] {
  return Object.entries(properties).flatMap(([key, schema]): [string, KeySchema][] =>
    // A duration is one key, whichever of its forms it has.
    schema.properties && !schema.properties.milliseconds
      ? leavesOf(schema, `${prefix}${key}.`)
      : [[`${prefix}${key}`, schema]],
  );
}

/** What a description says after "Default:", in words that a table may repeat. */
function defaultOf({ description = '' }: KeySchema): string {
  return /Default: (.+?)\.(?: |$)/.exec(description)?.[1] ?? '';
}

const documented = new Map(
  [...doc.prose.keys()]
    .filter(line => /^\| Key +\|/.test(doc.prose[line]!))
    .flatMap(line => readTable({ ...doc, prose: doc.prose.slice(line) }, 'Key', 'Type', 'Default'))
    .map(([key, ...cells]) => [key!, cells]),
);
const leaves = leavesOf(environmentSchema as KeySchema);

const stepOptions = [
  'onMissing',
  'onNoMatch',
  'onDenied',
  'onAmbiguous',
  'dangerouslyAllowSignInWithoutUserInCatalog',
];
/** The options that the module lists when it meets one that it does not know. */
function knownOptions(environment: JsonObject): string[] {
  try {
    readSignInSetup(new ConfigReader({ host: 'git.corp.com', ...environment }), 'production');
  } catch (error) {
    const [, nothing, known] = /option; (no options)?(?:.*one of: (.*) \()?/.exec(String(error))!;
    return nothing ? [] : known!.split(', ');
  }
  throw new Error('the unknown option was accepted');
}

const resolvers = Object.keys(bitbucketServerSignInResolvers).map(name => {
  const all = knownOptions({ signIn: { resolvers: [{ resolver: name, unknown: 1 }] } });
  return { name, all, options: all.filter(option => !stepOptions.includes(option)).sort() };
});

describe('docs/configuration.md', () => {
  it('has the tables of keys that "npm run config-schema" writes', () => {
    expect(fillConfigTables(doc.text)).toBe(doc.text);
  });

  it('has every key of the config schema, and no other', () => {
    expect([...documented.keys()].sort()).toEqual(leaves.map(([key]) => key).sort());
  });

  it.each(leaves)('gives %s the default that the schema gives it', (key, schema) => {
    expect(documented.get(key)?.[1]).toBe(defaultOf(schema));
  });

  it('says which keys are required', () => {
    const marked = [...documented].filter(([, [type]]) => type!.includes('required'));
    expect(marked.map(([key]) => key).sort()).toEqual([...required].sort());
  });

  it.each(resolvers)('has the resolver $name with its options', ({ name, options }) => {
    const rows = new Map(readTable(doc, 'Resolver', 'Options of its own') as [string, string][]);
    expect(rows.get(name)?.split(', ').sort()).toEqual(options);
    expect(rows.size).toBe(resolvers.length);
  });

  it('explains every option of a resolver, and no other', () => {
    const [own, step] = [0, 1].map(nth => {
      const heads = [...doc.prose.keys()].filter(line => /^\| Option +\|/.test(doc.prose[line]!));
      const table = readTable({ ...doc, prose: doc.prose.slice(heads[nth]) }, 'Option', 'Type');
      return table.map(([option]) => option!);
    });
    expect(own!.sort()).toEqual([...new Set(resolvers.flatMap(({ options }) => options))].sort());
    expect(step!.sort()).toEqual([...stepOptions].sort());
    for (const { name, all } of resolvers) {
      const known = stepOptions.filter(
        option => name !== 'agreement' || !option.startsWith('dangerously'),
      );
      expect(all).toEqual(expect.arrayContaining(known));
    }
  });

  it('has every profile transform with its options', () => {
    const rows = readTable(doc, 'Transform', 'Options');
    const inCode = Object.keys(bitbucketServerProfileTransforms).map(name => ({
      name,
      options: knownOptions({ profileTransforms: [{ transform: name, unknown: 1 }] }),
    }));
    expect(rows.map(([name]) => name)).toEqual(inCode.map(({ name }) => name));
    for (const [index, { options }] of inCode.entries()) {
      for (const option of options) expect(rows[index]![1]).toContain(option);
      if (options.length === 0) expect(rows[index]![1]).toBe('');
    }
  });
});

describe('the tables of resolvers', () => {
  const names = resolvers.map(({ name }) => name).sort();

  it('in README.md: every resolver, with its options', () => {
    const rows = readTable(readDoc('README.md'), 'Resolver', 'Matches', 'Options of its own');
    expect(rows.map(([name]) => name).sort()).toEqual(names);
    for (const { name, options } of resolvers) {
      const cell = rows.find(row => row[0] === name)![2]!.replace(/ \([^)]*\)/g, '');
      expect(cell.split(', ').sort()).toEqual(options);
    }
  });

  it('in docs/choosing-a-resolver.md: every resolver, the safest first', () => {
    const rows = readTable(
      readDoc('docs/choosing-a-resolver.md'),
      'Resolver',
      'Take it when',
      'Risk',
    );
    expect(rows.map(([name]) => name).sort()).toEqual(names);
    const levels = ['lowest', 'low', 'medium', 'high', 'highest'];
    const risks = rows.map(([, , risk]) => levels.indexOf(risk!));
    expect(risks).not.toContain(-1);
    // Whoever takes the first row that fits takes the safest one.
    expect(risks).toEqual([...risks].sort((a, b) => a - b));
  });

  it('in docs/security.md: every resolver, with what it trusts', () => {
    const rows = readTable(readDoc('docs/security.md'), 'Resolver', 'trusts that');
    const named = rows.flatMap(([cell]) => cell!.split(', '));
    expect(named.sort()).toEqual([...names, 'dangerouslyAllowSignInWithoutUserInCatalog'].sort());
  });
});
