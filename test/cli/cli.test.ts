import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import type { BitbucketSimulator } from '../../demo/bitbucket/BitbucketSimulator';
import { useFolder } from '../support/useFolder';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const token = 'secret-http-access-token';
const clientSecret = 'secret-of-the-application-link';

describe('the command line', () => {
  const folder = useFolder();
  const { read, write } = folder;
  let bitbucket: BitbucketSimulator;

  beforeAll(async () => {
    bitbucket = await startBitbucketSimulator({
      people: ['ada', 'bob'].map(name => ({ user: bitbucketUser(name) })),
      serviceTokens: { [token]: 'ada' },
      clients: [{ clientId: 'backstage', clientSecret, redirectUris: [], scopes: ['REPO_READ'] }],
    });
  });

  afterAll(async () => {
    await bitbucket.close();
  });

  beforeEach(() => {
    write('app-config.yaml', config());
    write('users.json', [bitbucketUser('ada'), bitbucketUser('bob', { id: 77 })]);
    write('entities.yaml', entity('ada'));
  });

  afterEach(() => {
    bitbucket.faults.clear();
  });

  function config(backendUrl = 'http://127.0.0.1:9') {
    return `
backend:
  baseUrl: ${backendUrl}
auth:
  providers:
    bitbucketServer:
      production:
        baseUrl: ${bitbucket.baseUrl}
        clientId: backstage
        clientSecret: \${SECRET}
        signIn:
          resolvers:
            - resolver: usernameMatchingUserEntityName
`;
  }

  const entity = (name: string) =>
    `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: ${name} }\nspec: { memberOf: [] }\n`;

  const offline = ['--users', 'users.json', '--entities', 'entities.yaml'];

  const run = (args: string[], io = {}) =>
    runInMemory(args, {
      cwd: folder.path,
      env: { SECRET: clientSecret, BITBUCKET_TOKEN: token },
      ...io,
    });

  it('audits files without a network, and without any secret', async () => {
    const { exitCode, stdout, stderr } = await run(['audit', ...offline], { env: {} });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      '50 % of 2 people would sign in as an entity of their own (2 Bitbucket users in total)',
    );
    expect(stdout).toMatch(
      /│ ada +│ signs in +│ +│ user:default\/ada by usernameMatchingUserEntityName/,
    );
    expect(stdout).not.toContain('\u001b');
  });

  it('audits folders, with pages of users and lists of entities', async () => {
    const page = (names: string[], isLastPage: boolean) => ({
      isLastPage,
      values: names.map(name => bitbucketUser(name)),
    });
    write('users/1.json', page(['ada', 'bob'], false));
    write('users/more/2.json', page(['cem'], true));
    write('org/a.yaml', `${entity('ada')}---\n${entity('bob')}---\n`);
    const cem = { kind: 'User', metadata: { name: 'cem', uid: 'of-the-catalog' }, relations: [] };
    write('org/b.json', { items: [{ apiVersion: 'backstage.io/v1alpha1', ...cem }] });
    const { exitCode, stdout } = await run(['audit', '--users', 'users', '--entities', 'org']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('100 % of 3 people');
  });

  it('reads the users from Bitbucket with the token of the environment', async () => {
    const args = ['audit', '--entities', 'entities.yaml', '--json'];
    const { exitCode, stdout, stderr } = await run(args);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const { summary } = JSON.parse(stdout) as { summary: object };
    expect(summary).toMatchObject({ total: 2, expected: 2, coverage: 50 });
  });

  it('reads the credential of "directory" in the config, with its variables', async () => {
    write(
      'app-config.local.yaml',
      'auth: { providers: { bitbucketServer: { production: { directory: { token: "${FROM_CONFIG}" } } } } }',
    );
    const args = ['audit', '--entities', 'entities.yaml'];
    expect((await run(args, { env: { FROM_CONFIG: token } })).exitCode).toBe(0);
    const without = await run(args, { env: {} });
    expect(without.exitCode).toBe(2);
    expect(without.stderr).toContain('directory');
  });

  it('writes reports that only their owner can read', async () => {
    const args = ['--json', 'out/a.json', '--csv', 'out/a.csv', '--html', 'out/a.html'];
    const { exitCode, stderr } = await run(['audit', ...offline, ...args]);
    expect(exitCode).toBe(0);
    for (const ending of ['json', 'csv', 'html']) {
      const path = join(folder.path, `out/a.${ending}`);
      expect(stderr).toContain(`Wrote ${path}`);
      expect(read(`out/a.${ending}`)).toContain('ada');
      expect(statSync(path).mode & 0o077).toBe(0);
    }
  });

  it.each([
    [['--fail-under', '50%'], 0],
    [['--fail-under', '50.1%'], 1],
    [['--fail-under', '98'], 1],
    [['--fail-on', 'conflict'], 0],
    [['--fail-on', 'danger', 'conflict'], 0],
  ])('ends a CI run as %j says: %i', async (args, expected) => {
    const { exitCode, stderr } = await run(['audit', ...offline, ...args]);
    expect(exitCode).toBe(expected);
    expect(stderr !== '').toBe(expected === 1);
  });

  it('fails on a conflict when asked to', async () => {
    write('users.json', [bitbucketUser('ada'), bitbucketUser('Ada')]);
    const plain = await run(['audit', ...offline]);
    expect(plain.exitCode).toBe(0);
    expect(plain.stdout).toContain('DANGER  user:default/ada is reached by 2 Bitbucket users');
    for (const what of ['conflict', 'danger']) {
      const { exitCode, stderr } = await run(['audit', ...offline, '--fail-on', what]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`(--fail-on ${what})`);
    }
  });

  it.each(['ada', 'ADA'])('explains %s, who signs in', async who => {
    const { exitCode, stdout } = await run(['explain', who, ...offline]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('=> signs in as user:default/ada by usernameMatchingUserEntityName');
  });

  it('explains somebody by id, who does not, and what nearly matched', async () => {
    write('entities.yaml', entity('bob').replace('name: bob', 'name: bob, namespace: people'));
    const { exitCode, stdout } = await run(['explain', '77', ...offline]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('=> refused with NO_MATCHING_USER');
    expect(stdout).toContain('near miss: user:people/bob');
  });

  it('explains somebody live, by email, with a search at Bitbucket', async () => {
    bitbucket.addPerson({ user: bitbucketUser('cem', { emailAddress: 'cem@corp.example' }) });
    try {
      const { stdout } = await run(['explain', 'CEM@corp.example', '--entities', 'entities.yaml']);
      expect(stdout).toContain('cem (id ');
      expect(stdout).toContain('=> refused with NO_MATCHING_USER');
    } finally {
      bitbucket.removePerson('cem');
    }
  });

  it('says so when nobody is the one to explain', async () => {
    const { exitCode, stderr } = await run(['explain', 'nobody', ...offline]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe('No Bitbucket user has the username, id or email "nobody"\n');
  });

  describe('with bad input', () => {
    it.each([
      ['half a config', 'app-config.yaml', 'auth:\n  providers: {', /config cannot be read/],
      [
        'a config without the provider',
        'app-config.yaml',
        'app: {}',
        /bitbucketServer" is missing/,
      ],
      [
        'half a YAML',
        'entities.yaml',
        'kind: User\nmetadata: {',
        /entities\.yaml:2: the catalog rejects this document: cannot be read as YAML/,
      ],
      [
        'a YAML that is no entity',
        'entities.yaml',
        'hello: world',
        /entities\.yaml:1: the catalog rejects this document: <root> must have required property 'apiVersion'/,
      ],
      ['an empty catalog', 'entities.yaml', '', /catalog has no User and no Group/],
      [
        'HTML instead of JSON',
        'users.json',
        '<html></html>',
        /users\.json: cannot be read as JSON/,
      ],
      ['JSON that is no user', 'users.json', '{"id":1}', /users\.json: not a Bitbucket user/],
      ['no users', 'users.json', '[]', /users\.json: contains no Bitbucket users/],
    ])('%s: one clear line, exit 2', async (_what, file, text, expected) => {
      write(file, text);
      const { exitCode, stderr, stdout } = await run(['audit', ...offline]);
      expect(stderr).toMatch(expected);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stdout).toBe('');
      expect(exitCode).toBe(2);
    });

    it.each([
      [
        ['audit', '--users', 'none.json', '--entities', 'entities.yaml'],
        /none\.json: no such file/,
      ],
      [['audit', '--config', 'none.yaml', ...offline], /Config file .*none.yaml does not exist/],
      [['audit', '--env', 'other', ...offline], /has the environments production/],
      [['audit', '--fail-under', 'many', ...offline], /percentage such as 98%/],
      [['audit', '--fail-under', '101', ...offline], /percentage such as 98%/],
      [['audit', '--fail-on', 'rain', ...offline], /conflict, danger/],
      [['audit', '--token', 'x'], /unknown option/],
      [['audit', '--json', '--csv', ...offline], /cannot both go to standard output/],
      [['explain'], /missing required argument/],
      [['dance'], /unknown command/],
    ])('%j: a clear line, exit 2', async (args, expected) => {
      const { exitCode, stderr } = await run(args);
      expect(stderr).toMatch(expected);
      expect(exitCode).toBe(2);
    });

    it.each([
      ['a wrong token', { BITBUCKET_TOKEN: 'wrong-secret-token' }, /^BITBUCKET_REFUSED/],
      ['no token', {}, /set BITBUCKET_TOKEN/],
      ['a token of two lines', { BITBUCKET_TOKEN: 'a\nsecret' }, /one line of printable ASCII/],
      ['half a login', { BITBUCKET_USERNAME: 'ada' }, /must be set together/],
    ])('%s: a clear line without the token, exit 2', async (_what, env, expected) => {
      const { exitCode, stderr } = await run(['audit', '--entities', 'entities.yaml'], { env });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(expected);
      expect(stderr).not.toContain('secret');
    });

    it.each([
      ['HTML', 200, 'text/html', '<html>login</html>', /answered text\/html instead of JSON/],
      ['a refusal', 401, 'application/json', '{"error":{}}', /set BACKSTAGE_TOKEN/],
      ['other JSON', 200, 'application/json', '{"a":1}', /did not answer with a list of entities/],
    ])(
      'a catalog that answers %s: a clear line, exit 2',
      async (_what, status, type, body, expected) => {
        const server = createServer((_request, response) => {
          response.writeHead(status, { 'content-type': type }).end(body);
        });
        await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
        try {
          const { port } = server.address() as AddressInfo;
          write('app-config.yaml', config(`http://127.0.0.1:${port}`));
          const { exitCode, stderr } = await run(['audit', '--users', 'users.json']);
          expect(stderr).toMatch(expected);
          expect(exitCode).toBe(2);
        } finally {
          await new Promise(resolve => server.close(resolve));
        }
      },
    );

    it('a catalog that is not there: a clear line, exit 2', async () => {
      const { exitCode, stderr } = await run(['audit', '--users', 'users.json']);
      expect(stderr).toMatch(/The catalog at http:\/\/127\.0\.0\.1:9\/api\/catalog cannot be read/);
      expect(exitCode).toBe(2);
    });
  });

  it('says what is missing when it is interrupted while it reads, and decides nothing wrong', async () => {
    const controller = new AbortController();
    bitbucket.faults.set('admin-users', { hold: new Promise(() => undefined) });
    const running = run(['audit', '--entities', 'entities.yaml'], { signal: controller.signal });
    await bitbucket.arrived('admin-users', bitbucket.counts['admin-users'] + 1);
    controller.abort();
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stdout).toContain('INCOMPLETE: the Bitbucket users after the first 0');
    expect(stderr).toContain('The report is incomplete');
  });

  it.each([['audit'], ['explain', 'ada']])(
    'decides nothing without the catalog: %s',
    async (...command) => {
      const args = [...command, '--users', 'users.json'];
      const { exitCode, stdout, stderr } = await run(args, { signal: AbortSignal.abort() });
      expect(stderr).toBe(
        "Interrupted; not read: the catalog's entities after the first 0.\nNothing was decided.\n",
      );
      expect(stdout).toBe('');
      expect(exitCode).toBe(130);
    },
  );

  it('marks every report of an interrupted run as incomplete', async () => {
    const controller = new AbortController();
    controller.abort();
    const args = ['audit', ...offline, '--html', 'a.html', '--csv', 'a.csv', '--json', 'a.json'];
    const { exitCode, stdout } = await run(args, { signal: controller.signal });
    expect(exitCode).toBe(130);
    expect(stdout).toContain('INCOMPLETE: 2 of 2 users were not looked at');
    for (const ending of ['html', 'csv', 'json']) {
      expect(read(`a.${ending}`)).toContain('2 of 2 users');
    }
  });

  it('has a help that says where everything comes from', async () => {
    for (const args of [
      ['--help'],
      ['audit', '--help'],
      ['explain', '--help'],
      ['doctor', '--help'],
    ]) {
      const { exitCode, stdout } = await run(args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('BITBUCKET_TOKEN');
      expect(stdout).toContain('Exit codes');
    }
  });
});
