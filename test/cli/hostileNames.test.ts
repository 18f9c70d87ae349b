import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileValues } from '../support/hostileValues';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const formulas = [
  '=HYPERLINK("http://evil.example")',
  '+1+1',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\ufeff=1',
  '\uff1d1+1',
  'x;=1',
  'x,=1',
  'x|=1',
  'x; =1',
  'x\t=1',
  'x\r\n=1',
  '"=1',
  'x",=1,"',
  `=cmd|' /C calc'!A0`,
  ';;;=1',
];
const controls = [
  'a\u001b[2J\u001b]0;title\u0007b',
  'a\u009b2Jb',
  'a\u202eb\u2066c',
  'a\u2028b\u2029c',
  'a\u200b\u200d\ufeffb',
  'a\u0000b\u007fc\u0085d',
  'a\rb\nc\td',
  'a\ud800b',
  'a\u{e0041}b',
];
// Bitbucket has no longer ones.
const names = [...formulas, ...controls, ...hostileValues('ada')].filter(
  ({ length }) => length <= 255,
);
const forbidden = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A reader of RFC 4180 that takes every field to be quoted and every record to be one line. */
function rowsOf(csv: string): string[][] {
  const lines = csv.split('\r\n');
  expect(lines.pop()).toBe('');
  return lines.map(line => {
    const fields = [...line.matchAll(/"((?:[^"]|"")*)"/g)];
    expect(fields.map(([field]) => field).join(',')).toBe(line);
    return fields.map(([, field]) => field!.replaceAll('""', '"'));
  });
}

describe('names that are chosen to do harm', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-names-'));
    const users = names.map((name, index) =>
      bitbucketUser('x', {
        id: index + 1,
        name,
        displayName: name,
        emailAddress: `${name}@x.example`,
      }),
    );
    const entity = (name: string, index: number) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: `person-${index}`, annotations: { 'x.example/name': name } },
      spec: { profile: { email: `${name}@x.example`, displayName: name }, memberOf: [] },
    });
    write('users.json', JSON.stringify(users));
    // Some of them twice, for findings about them.
    write('entities.json', JSON.stringify([...names, ...names.slice(0, 30)].map(entity)));
    const provider = {
      baseUrl: 'https://git.example.com',
      signIn: {
        resolvers: [
          { resolver: 'emailMatchingUserEntityProfileEmail', onAmbiguous: 'next' },
          { resolver: 'usernameMatchingUserEntityName' },
        ],
      },
    };
    const config = { auth: { providers: { bitbucketServer: { production: provider } } } };
    write('app-config.yaml', JSON.stringify(config));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string) {
    writeFileSync(join(folder, name), text);
  }

  const files = ['--users', 'users.json', '--entities', 'entities.json'];
  const run = (...args: string[]) => runInMemory([...args, ...files], { cwd: folder });

  it.each([
    ['a file', ['--csv', 'people.csv']],
    ['standard output', ['--csv']],
  ])('are nothing but text in the CSV on %s', async (where, args) => {
    const { stdout, stderr } = await run('audit', ...args);
    const csv = where === 'a file' ? readFileSync(join(folder, 'people.csv'), 'utf8') : stdout;
    expect(csv.startsWith('\ufeff"username","id",')).toBe(true);
    const [head, ...rows] = rowsOf(csv.slice(1));
    expect(rows).toHaveLength(names.length);
    for (const row of rows) {
      expect(row).toHaveLength(head!.length);
      for (const field of row) {
        expect(field).not.toMatch(forbidden);
        for (const cell of field.split(/[,;|]/)) {
          expect(cell).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
        }
      }
    }
    // Each person is still there, and can be recognised.
    const byId = new Map(rows.map(row => [row[1], row[0]!]));
    expect(byId.get('2')).toBe("'+1+1");
    expect(byId.get('12')).toBe("x;'=1");
    expect(byId.get(String(formulas.length + 1))).toBe('a\\u{1b}[2J\\u{1b}]0;title\\u{7}b');
    expect(stderr).not.toMatch(/[^\x20-\x7e\n]/);
  });

  it('neither move the cursor of a terminal nor hide anything', async () => {
    const { stdout, stderr } = await run('audit', '--limit', '1000');
    expect(stdout.replaceAll('\n', '')).not.toMatch(forbidden);
    expect(stdout).toContain('\\u{1b}[2J');
    expect(stderr).toBe('');
  });

  it.each(['12', String(formulas.length + 1), String(formulas.length + 2)])(
    'do not either when one is explained: %s',
    async id => {
      const { stdout, stderr } = await run('explain', id);
      expect(stdout).toContain('emailMatchingUserEntityProfileEmail');
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(forbidden);
    },
  );

  it.each([
    ['audit', ['audit', '--json', '-']],
    ['audit as SARIF', ['audit', '--sarif', '-']],
    ['audit as JUnit', ['audit', '--junit', '-']],
    ['explain', ['explain', String(formulas.length + 3), '--json']],
  ])('are no more than data in what %s writes for machines', async (_name, args) => {
    const { stdout } = await run(...args);
    expect(stdout.replaceAll('\n', '')).not.toMatch(forbidden);
    expect(stdout).toContain('202e');
  });

  it('come out of the JSON as they went in', async () => {
    const { stdout } = await run('audit', '--json', '-');
    const { people } = JSON.parse(stdout) as { people: { username: string }[] };
    expect(people.map(({ username }) => username).sort()).toEqual([...names].sort());
  });
});
