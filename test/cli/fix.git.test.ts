import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import type { JudgedReport } from 'backstage-bitbucket-server';
import { useCliFolder } from './cliFolder';
import { bitbucketUser, host } from './worlds';

const email = (name: string) => `${name}@corp.example`;

/** An account whose username and email are those of the entity of the same name. */
const account = (name: string, id: number, rest: JsonObject = {}) =>
  bitbucketUser(name, { id, emailAddress: email(name), mutableDetails: false, ...rest });

const entity = (name: string, rest = '') => `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: ${name}${rest}
spec:
  profile:
    email: ${email(name)}
  memberOf: []
`;

describe('audit --fix', () => {
  const folder = useCliFolder();

  beforeEach(() => {
    folder.configure(
      'app-config.yaml',
      'userIdMatchingUserEntityAnnotation',
      'emailMatchingUserEntityProfileEmail',
    );
  });

  const audit = (...args: string[]) =>
    folder.run('audit', '--users', 'users.json', '--entities', 'org', ...args);

  async function fix(users: JsonObject[], files: Record<string, string>, ...args: string[]) {
    folder.write('users.json', users);
    for (const [name, text] of Object.entries(files)) folder.write(`org/${name}`, text);
    return audit('--fix', ...args);
  }

  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder.path });

  const annotation = (id: number) => `${host}/user-id: "${id}"`;
  const head = 'apiVersion: backstage.io/v1alpha1\nkind: User\n';
  const tail = `spec:\n  profile: { email: ${email('ada')} }\n  memberOf: []\n`;

  it.each<[string, string, string]>([
    [
      'below the name, where there are no annotations',
      `# Ada\n${head}metadata:\n  name: ada # her\n\n  title: "x"   # kept\n${tail}`,
      `# Ada\n${head}metadata:\n  name: ada # her\n  annotations:\n    ${annotation(7)}\n\n  title: "x"   # kept\n${tail}`,
    ],
    [
      'above the other annotations, whose comments stay with them',
      `${head}metadata:\n    annotations: # all\n        # of the wiki\n        wiki/page: 'a'\n    name: ada\n${tail}`,
      `${head}metadata:\n    annotations: # all\n        ${annotation(7)}\n        # of the wiki\n        wiki/page: 'a'\n    name: ada\n${tail}`,
    ],
    [
      'in annotations in one line',
      `${head}metadata: { name: ada, annotations: { a: "b" } } # one line\n${tail}`,
      `${head}metadata: { name: ada, annotations: { ${annotation(7)}, a: "b" } } # one line\n${tail}`,
    ],
    [
      'in metadata in one line',
      `${head}metadata: { name: ada, title: x }\n${tail}`,
      `${head}metadata: { name: ada, annotations: { ${annotation(7)} }, title: x }\n${tail}`,
    ],
    [
      'in annotations that are empty',
      `${head}metadata:\n  name: ada\n  annotations: {}\n${tail}`,
      `${head}metadata:\n  name: ada\n  annotations: { ${annotation(7)} }\n${tail}`,
    ],
    [
      'at the end of a file without a line end',
      `${head}${tail}metadata:\n  name: ada`,
      `${head}${tail}metadata:\n  name: ada\n  annotations:\n    ${annotation(7)}`,
    ],
    [
      'with the line ends of Windows, and a byte order mark',
      `\ufeff${head}metadata:\n  name: ada\n${tail}`.replaceAll('\n', '\r\n'),
      `\ufeff${head}metadata:\n  name: ada\n  annotations:\n    ${annotation(7)}\n${tail}`.replaceAll(
        '\n',
        '\r\n',
      ),
    ],
  ])('writes the id %s', async (_what, before, after) => {
    const files = { 'a.yaml': before };
    git('init', '-q');
    const dry = await fix([account('ada', 7)], files);
    expect(dry.exitCode).toBe(0);
    expect(folder.read('org/a.yaml')).toBe(before);
    // The diff is one that a pull request can be made of.
    folder.write('fix.patch', dry.stdout);
    git('apply', '--whitespace=nowarn', 'fix.patch');
    expect(folder.read('org/a.yaml')).toBe(after);
    const written = await fix([account('ada', 7)], files, '--write');
    expect(written.stderr).toContain(`Wrote ${join(folder.path, 'org/a.yaml')}`);
    expect(written.stdout).toBe('');
    expect(folder.read('org/a.yaml')).toBe(after);
  });

  it('edits JSON as JSON', async () => {
    const before = JSON.stringify(
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name: 'ada', title: 'x' },
        spec: { profile: { email: email('ada') }, memberOf: [] },
      },
      null,
      2,
    );
    await fix([account('ada', 7)], { 'a.json': before }, '--write');
    const after = folder.read('org/a.json');
    expect(JSON.parse(after)).toEqual({
      ...(JSON.parse(before) as object),
      metadata: { name: 'ada', title: 'x', annotations: { [`${host}/user-id`]: '7' } },
    });
    const added = `    "annotations": {\n      "${host}/user-id": "7"\n    },\n`;
    expect(after.replace(added, '')).toBe(before);
  });

  it('edits the right ones of many documents, and only those', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const text = names.map(name => entity(name)).join('---\n');
    const users = names.filter((_, index) => index % 3 === 0).map((name, id) => account(name, id));
    git('init', '-q');
    const { stdout } = await fix(users, { 'a b.yaml': text });
    folder.write('fix.patch', stdout);
    git('apply', 'fix.patch');
    const documents = folder.read('org/a b.yaml').split('---\n');
    expect(documents).toHaveLength(40);
    for (const [index, document] of documents.entries()) {
      const added = `\n  annotations:\n    ${annotation(index / 3)}`;
      expect(document).toBe(entity(names[index]!, index % 3 === 0 ? added : ''));
    }
  });

  it.each<[string, JsonObject[], string, RegExp]>([
    [
      'only the name agrees',
      [account('ada', 7, { emailAddress: 'x@y.example' })],
      entity('ada'),
      /only the name matches ada/,
    ],
    [
      'only the email agrees',
      [account('other', 7, { emailAddress: email('ada') })],
      entity('ada'),
      /only the email matches other/,
    ],
    [
      'the display name agrees, which everybody chooses',
      [bitbucketUser('x', { id: 7, displayName: 'Ada', emailAddress: email('ada') })],
      entity('ada').replace('profile:', 'profile:\n    displayName: Ada'),
      /only the email matches x/,
    ],
    [
      'another account has the email',
      [account('ada', 7), account('eve', 8, { emailAddress: email('ada') })],
      entity('ada'),
      /it may be ada, eve/,
    ],
    [
      'another account has the name as its slug',
      [account('ada', 7), account('A da', 8, { slug: 'ada' })],
      entity('ada'),
      /it may be ada, A da/,
    ],
    [
      'an annotation names another username',
      [account('ada', 7)],
      entity('ada', `\n  annotations:\n    ${host}/username: eve`),
      /its username "eve" is not that of ada/,
    ],
    [
      'an annotation names another email',
      [account('ada', 7)],
      entity('ada', `\n  annotations:\n    ${host}/email: eve@corp.example`),
      /its email "eve@corp.example" is not that of ada/,
    ],
    [
      'the account is inactive',
      [account('ada', 7, { active: false }), account('x', 8)],
      entity('ada'),
      /ada is not an active account of a person/,
    ],
    [
      'the account is none of a person',
      [account('ada', 7, { type: 'SERVICE' }), account('x', 8)],
      entity('ada'),
      /ada is not an active account of a person/,
    ],
    [
      'another entity has the id',
      [account('ada', 7)],
      `${entity('ada')}---\n${entity('old', `\n  annotations:\n    ${annotation(7)}`)}`,
      /ada may be user:default\/old too/,
    ],
    [
      'another entity has the email',
      [account('ada', 7)],
      `${entity('ada')}---\n${entity('old').replace(email('old'), email('ada'))}`,
      /ada may be user:default\/old too/,
    ],
    [
      'another namespace has the name',
      [account('ada', 7)],
      `${entity('ada')}---\n${entity('ada', '\n  namespace: people').replace(email('ada'), 'b@c.example')}`,
      /ada may be user:people\/ada too/,
    ],
    [
      'it shares its metadata',
      [account('ada', 7)],
      entity('ada', '\n  annotations: &all\n    a: b'),
      /shares parts with other entities/,
    ],
  ])('writes nothing where %s', async (_what, users, text, why) => {
    const { stdout, stderr, exitCode } = await fix(users, { 'a.yaml': text }, '--write');
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/^Nothing to change\.$/m);
    expect(stderr).not.toContain('Wrote');
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
    expect(folder.read('org/a.yaml')).toBe(text);
  });

  it('does not believe an email that a transform made of the username', async () => {
    const production = {
      host,
      signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] },
      profileTransforms: [{ transform: 'emailFromUsername', domain: 'corp.example' }],
    };
    folder.write('app-config.yaml', {
      auth: { providers: { bitbucketServer: { production } } },
    });
    const users = [account('ada', 7, { emailAddress: 'somebody@else.example' })];
    const { stdout, stderr } = await fix(users, { 'a.yaml': entity('ada') });
    expect(stdout).toBe('');
    expect(stderr).toContain('only the name matches ada');
  });

  it('writes an id for nobody who shares the entity, or of whom there is a danger', async () => {
    folder.configure('app-config.yaml', {
      resolver: 'emailMatchingUserEntityProfileEmail',
      stripPlusTag: true,
    });
    const users = [account('ada', 7), account('x', 8, { emailAddress: 'ada+x@corp.example' })];
    const { stdout, stderr } = await fix(users, { 'a.yaml': entity('ada') });
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /user:default\/ada: (x signs in as it today|it has a dangerous finding)/,
    );
  });

  it('leaves what is written twice, even where both say the same', async () => {
    const broken = entity('bea').replace('[]', "['']");
    const files = {
      'a.yaml': `${entity('ada', `\n  annotations: { ${annotation(7)} }`)}---\n${entity('ada')}`,
      'b.yaml': entity('bea'),
      'c.yaml': broken,
      'd.yaml': entity('cem'),
      'e.yaml': entity('cem'),
    };
    const users = [account('ada', 7), account('bea', 8), account('cem', 9)];
    const { exitCode, stdout, stderr } = await fix(users, files, '--write');
    expect([exitCode, stdout]).toEqual([0, '']);
    for (const name of ['ada', 'bea', 'cem']) {
      expect(stderr).toContain(`user:default/${name}: it exists twice`);
    }
    for (const [name, text] of Object.entries(files)) {
      expect(folder.read(`org/${name}`)).toBe(text);
    }
  });

  it('leaves a file that is not UTF-8, which it would write otherwise than it is', async () => {
    const bytes = Buffer.from(`# f\u00fcr Ada\n${entity('ada')}`, 'latin1');
    folder.write('org/b.yaml', entity('bea'));
    writeFileSync(join(folder.path, 'org/a.yaml'), bytes);
    const { stderr } = await fix([account('ada', 7), account('bea', 8)], {}, '--write');
    expect(stderr).toContain('user:default/ada: org/a.yaml is not UTF-8');
    expect(readFileSync(join(folder.path, 'org/a.yaml'))).toEqual(bytes);
    expect(folder.read('org/b.yaml')).toContain(annotation(8));
  });

  it('promises what the next audit then says', async () => {
    folder.configure('app-config.yaml', 'userIdMatchingUserEntityAnnotation');
    const files = { 'a.yaml': `${entity('ada')}---\n${entity('bob')}---\n${entity('cem')}` };
    const users = [account('ada', 7), account('bob', 8), account('eve', 9), account('zoe', 10)];
    folder.write('users.json', users);
    for (const [name, text] of Object.entries(files)) folder.write(`org/${name}`, text);
    await audit('--json', 'before.json');
    const promise = await audit('--fix', '--write-missing', 'org/new.yaml', '--write');
    expect(promise.stderr).toContain('The next audit: 0 % -> 100 % of 4 people');
    const { stdout } = await audit('--compare', 'before.json', '--json');
    const { comparison, summary } = JSON.parse(stdout) as JudgedReport;
    expect(summary.coverage).toBe(100);
    const gains = comparison!.changes.map(({ change, username, after }) => ({
      change,
      username,
      ref: after?.entityRef,
    }));
    expect(gains.map(({ ref }) => ref).sort()).toEqual(
      ['ada', 'bob', 'eve', 'zoe'].map(name => `user:default/${name}`),
    );
    for (const { change, username, ref } of gains) {
      expect(promise.stderr).toMatch(new RegExp(`^${change} ${username}: .* -> ${ref} by `, 'm'));
    }
    expect(promise.stderr).toContain(`${gains.length} can now sign in.`);
    // And nothing is left to do.
    const again = await audit('--fix', '--write-missing', 'org/other.yaml');
    expect(again.stdout).toBe('');
  });

  it('says when no step looks at the id', async () => {
    folder.configure('app-config.yaml', 'emailMatchingUserEntityProfileEmail');
    const { stderr } = await fix([account('ada', 7)], { 'a.yaml': entity('ada') });
    expect(stderr).toContain(
      'No sign-in uses these ids yet: put userIdMatchingUserEntityAnnotation',
    );
  });

  describe('--write-missing', () => {
    const people = async (users: JsonObject[], ...args: string[]) => {
      folder.write('users.json', users);
      folder.write('org/a.yaml', entity('ada'));
      return audit('--write-missing', 'new.yaml', ...args);
    };

    it('makes entities that the catalog takes, for those who have none', async () => {
      const users = [
        account('ada', 7),
        account('Zoë K', 8, { slug: 'zoe_k', displayName: 'Zoë "K": #1' }),
        bitbucketUser('plain', { id: 9, displayName: '' }),
      ];
      const { stdout } = await people(users);
      expect(stdout).toMatch(/^--- \/dev\/null\n\+\+\+ b\/new\.yaml\n@@ -0,0 \+1,\d+ @@\n/);
      await people(users, '--write');
      expect(folder.read('new.yaml')).toBe(`apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: plain
  annotations:
    ${annotation(9)}
spec:
  profile:
    displayName: plain
  memberOf: []
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: zoe_k
  annotations:
    ${annotation(8)}
spec:
  profile:
    displayName: 'Zoë "K": #1'
    email: Zoë K@corp.example
  memberOf: []
`);
      writeFileSync(join(folder.path, 'org/new.yaml'), folder.read('new.yaml'));
      const { stdout: json } = await audit('--json');
      const report = JSON.parse(json) as JudgedReport;
      expect(report.summary.coverage).toBe(100);
      expect(report.findings).toEqual([]);
    });

    it.each<[string, JsonObject[], RegExp]>([
      [
        'has the name of an entity',
        [account('ada', 7, { emailAddress: 'x@y.example' })],
        /bitbucket:ada: user:default\/ada may be this person/,
      ],
      [
        'has the email of an entity, but for the tag',
        [bitbucketUser('x', { id: 8, emailAddress: 'Ada+git@corp.example' })],
        /bitbucket:x: user:default\/ada may be this person/,
      ],
      [
        'is called like an entity, in another order',
        [bitbucketUser('x', { id: 8, displayName: 'LOVELACE, Ada' })],
        /bitbucket:x: user:default\/ada\.lovelace may be this person/,
      ],
      [
        'has the name of an entity at another domain',
        [bitbucketUser('x', { id: 8, emailAddress: 'ada@other.example' })],
        /bitbucket:x: user:default\/ada may be this person/,
      ],
      [
        'is nearly an entity',
        [bitbucketUser('x', { id: 8, emailAddress: '\uff41da@corp.example' })],
        /bitbucket:x: user:default\/ada may be this person/,
      ],
      [
        'has no name for an entity',
        [bitbucketUser('@@', { id: 8, slug: '__' })],
        /neither the username nor the slug/,
      ],
      [
        'has the email of another account',
        [account('x', 8), account('y', 9, { emailAddress: email('x') })],
        /another account has the email x@corp\.example, too/,
      ],
      [
        'is left out',
        [account('x', 8, { active: false }), account('z', 9, { type: 'SERVICE' })],
        /^Nothing to change/,
      ],
    ])('makes none for somebody who %s', async (_what, users, why) => {
      folder.write('org/b.yaml', entity('ada.lovelace'));
      const { stdout, stderr } = await people(users);
      expect(stderr).toMatch(why);
      expect(stdout).toBe('');
    });

    it('waits until it is certain who has none', async () => {
      folder.write('org/broken.yaml', `${head}metadata: { name: zoe }\nspec: {}\n`);
      const { exitCode, stderr, stdout } = await people([account('zoe', 8)]);
      expect(stderr).toContain('while there are findings of rejectedEntity; correct these first');
      expect(stdout).toBe('');
      expect(exitCode).toBe(2);
    });

    it('overwrites nothing', async () => {
      folder.write('new.yaml', 'mine');
      const { exitCode, stderr } = await people([account('zoe', 8)], '--write');
      expect(stderr).toContain('new.yaml already exists');
      expect(exitCode).toBe(2);
      expect(folder.read('new.yaml')).toBe('mine');
    });
  });

  it.each([
    [['--write'], /--write needs --fix or --write-missing/],
    [['--fix', '--json'], /the diff goes to standard output; name a file for --json/],
  ])('says what is wrong with %j', async (args, expected) => {
    const { exitCode, stderr } = await folder.run('audit', '--entities', 'org', ...args);
    expect(stderr).toMatch(expected);
    expect(exitCode).toBe(2);
  });

  it('needs files', async () => {
    const { exitCode, stderr } = await folder.run('audit', '--fix');
    expect(stderr).toBe('--fix edits entity files: name them with --entities\n');
    expect(exitCode).toBe(2);
  });
});
