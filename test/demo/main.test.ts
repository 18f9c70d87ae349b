import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupEnds, runDemo } from '../support/runDemo';
import { signInOverHttp } from '../support/signInOverHttp';

const packageJson = join(__dirname, '../../package.json');

// Several of these boot a whole Backstage with its frontend.
jest.setTimeout(120_000);

describe('The command line of the demo', () => {
  it('prints its options and ends', async () => {
    const demo = runDemo(['--help']);
    expect(await demo.exit).toEqual({ code: 0, signal: null });
    for (const option of ['users', 'catalog', 'config', 'port', 'bitbucket-port', 'context-path']) {
      expect(demo.stdout()).toContain(`--${option} `);
    }
    expect(demo.stdout()).toContain('--redirect-flow');
    const samples = demo.stdout().match(/demo\/world\/\S+\.yaml/g) ?? [];
    expect(samples).toHaveLength(2);
    for (const sample of samples) expect(existsSync(join(__dirname, '../..', sample))).toBe(true);
  });

  it.each([
    ['an unknown option', ['--colour', 'red'], "Unknown option '--colour'; see --help"],
    ['an argument that is no option', ['users'], "Unexpected argument 'users'; see --help"],
    ['an option without its value', ['--users'], "Option '--users <value>' argument missing"],
    ['a port that is none', ['--port', '70000'], '--port must be a number from 0 to 65535'],
    ['one port for both', ['--bitbucket-port', '7007'], 'must be different, got 7007 for both'],
    ['a context path that is none', ['--context-path', 'bitbucket'], '--context-path must be a '],
    ['a missing folder of users', ['--users', '/nowhere/users'], '--users: there is no /nowhere/u'],
    [
      'a missing catalog',
      ['--catalog', '/nowhere/c.yaml'],
      '--catalog: there is no /nowhere/c.yaml',
    ],
    ['a missing config', ['--config', '/nowhere/a.yaml'], '--config: there is no /nowhere/a.yaml'],
    ['a folder without users', ['--users', __dirname], 'the folder has no *.json file'],
    [
      'a JSON file that is no user',
      ['--users', packageJson],
      `${packageJson}: not a Bitbucket user, "slug" must be a non-empty string`,
    ],
    ['a catalog that is no YAML', ['--catalog', __filename], `: ${__filename}:`],
    ['a catalog that is a folder', ['--catalog', __dirname], `${__dirname}: the file cannot be `],
  ])('refuses %s in one line', async (_what, args, line) => {
    const demo = runDemo(args);
    expect((await demo.exit).code).toBe(1);
    expect(demo.stderr()).toMatch(/^The demo cannot run: .+\n$/);
    expect(demo.stderr()).toContain(line);
  });
});

describe('A file that is wrong', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-wrong-'));
    file = join(folder, 'wrong.yaml');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['--catalog', 'kind: User\nmetadata: { name: a }\n---\nkind: [\nb: c\n', '5:1'],
    ['--catalog', 'kind: User\nmetadata: { name: a }\n---\n# more\nname: b\n', '5:1'],
    ['--catalog', 'kind: User\nmetadata: *nobody\n', '1:1'],
    ['--config', 'auth:\n  providers: [a\nb: c\n', '3:1'],
    ['--config', 'auth: 1\n  providers: 2\n', '1:7'],
    ['--config', '\n- auth\n', '2:1'],
    ['--config', 'auth\n', '1:1'],
  ])('as %s: %j is refused in one line with the place %s', async (option, text, place) => {
    await writeFile(file, text);
    const demo = runDemo([option, file, '--port', '0', '--bitbucket-port', '0']);
    expect((await demo.exit).code).toBe(1);
    expect(demo.stderr()).toMatch(/^The demo cannot run: .+\n$/);
    expect(demo.stderr()).toContain(`The demo cannot run: ${file}:${place}: `);
  });
});

describe('A port that somebody else has', () => {
  let other: Server;
  let port: string;

  beforeAll(async () => {
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    port = String((other.address() as AddressInfo).port);
  });

  afterAll(async () => {
    other.close();
    await once(other, 'close');
  });

  it.each([
    ['--port', '--bitbucket-port'],
    ['--bitbucket-port', '--port'],
  ])('is named in one line, with the option %s', async (option, otherOption) => {
    const demo = runDemo([option, port, otherOption, '0']);
    expect((await demo.exit).code).toBe(1);
    expect(demo.stderr()).toBe(
      `The demo cannot run: Port ${port} is already in use; choose another with ${option}\n`,
    );
    expect(demo.stdout()).toBe('');
    await groupEnds(demo.pid);
  });
});

describe('The running demo', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
    await writeFile(
      join(folder, 'mia.json'),
      JSON.stringify({
        id: 7,
        name: 'mia@team',
        slug: 'mia_team',
        displayName: 'Mia',
        active: true,
        type: 'NORMAL',
      }),
    );
    await writeFile(
      join(folder, 'catalog.yaml'),
      'apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: mia_team }\nspec: { memberOf: [] }\n',
    );
    // On top of the demo's own config: none of its resolvers would find her.
    await writeFile(
      join(folder, 'app-config.yaml'),
      'auth: { providers: { bitbucketServer: { development: { signIn: { resolvers: [{ resolver: userSlugMatchingUserEntityName }] } } } } }\n',
    );
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('takes users, catalog, config and context path from its options, and Ctrl-C leaves nothing behind', async () => {
    const demo = runDemo([
      ...['--users', join(folder, 'mia.json'), '--catalog', join(folder, 'catalog.yaml')],
      ...['--config', join(folder, 'app-config.yaml'), '--context-path', '/git'],
      ...['--port', '0', '--bitbucket-port', '0'],
    ]);
    const [, appUrl = ''] = await demo.prints(/Backstage is ready: +(http:\S+)/);
    const [, bitbucketUrl = ''] = await demo.prints(/Bitbucket Server \(simulated\): +(http:\S+)/);
    expect(new URL(bitbucketUrl).pathname).toBe('/git');
    expect(demo.stdout()).toContain('mia@team');

    const { response, error } = await signInOverHttp(appUrl, 'mia@team');
    expect(error).toBeUndefined();
    expect(response?.backstageIdentity?.identity.userEntityRef).toBe('user:default/mia_team');
    expect(await (await fetch(appUrl)).text()).toContain('<div id="root">');

    demo.kill('SIGINT');
    expect(await demo.exit).toEqual({ code: 0, signal: null });
    expect(demo.stderr()).toBe('');
    await groupEnds(demo.pid);
    await expect(fetch(appUrl)).rejects.toThrow();
    await expect(fetch(bitbucketUrl)).rejects.toThrow();
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at %s while it is still starting', async signal => {
    const demo = runDemo(['--port', '0', '--bitbucket-port', '0']);
    await demo.prints(/^Starting/);
    demo.kill(signal);
    expect(await demo.exit).toEqual({ code: 0, signal: null });
    await groupEnds(demo.pid);
  });

  it('names the key when the config is wrong, and ends', async () => {
    const config = join(folder, 'wrong.yaml');
    await writeFile(
      config,
      'auth: { providers: { bitbucketServer: { development: { signIn: { resolvers: [{ resolver: nope }] } } } } }\n',
    );
    const demo = runDemo(['--config', config, '--port', '0', '--bitbucket-port', '0']);
    expect((await demo.exit).code).toBe(1);
    expect(demo.stderr()).toContain('auth.providers.bitbucketServer.development.signIn.resolvers');
    await groupEnds(demo.pid);
  });
});
