import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { choosePort } from '../../../demo/choosePort';
import { createLogRecorder } from '../../../demo/createLogRecorder';
import { readEntityRefs } from '../../../demo/readEntityRefs';
import { startBackstage } from '../../../demo/startBackstage';
import type { RunningBackstage } from '../../../demo/startBackstage';
import { groupEnds, runDemo } from '../../support/runDemo';
import type { DemoProcess } from '../../support/runDemo';
import { refreshOverHttp, signInOverHttp } from '../../support/signInOverHttp';

jest.setTimeout(120_000);

const entry = 'demo/ownApp/main.ts';
const handler = '/api/auth/bitbucketServer/handler/frame';
const link = ['--client-id', 'my-id', '--client-secret', 'it\'s: "mine"'];

describe('The simulator for a Backstage of somebody', () => {
  let folder: string;
  let simulator: DemoProcess;
  let backstage: RunningBackstage | undefined;
  let baseUrl: string;
  let appUrl: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'own-app-'));
    const user = { active: true, type: 'NORMAL' };
    const people = [
      { ...user, id: 41, name: 'mia@team', slug: 'mia_team', displayName: 'Mia: "the" #1' },
      { ...user, id: 42, name: 'gone', slug: 'gone', active: false },
      { ...user, id: 43, name: 'ZOE', slug: 'zoe', emailAddress: 'zoe@b.example' },
    ];
    await writeFile(join(folder, 'people.json'), JSON.stringify({ values: people }));
    const port = await choosePort(0, '--port');
    appUrl = `http://localhost:${port}`;
    simulator = runDemo(
      [
        ...link,
        ...['--redirect-url', 'https://backstage.example/callback'],
        ...['--redirect-url', `${appUrl}${handler}`, '--port', '0'],
        ...['--users', join(folder, 'people.json'), '--context-path', '/git'],
      ],
      entry,
    );
    [, baseUrl = ''] = await simulator.prints(/is ready: (http:\S+)\n[^]*Ctrl-C/);

    // What is printed is pasted, as its reader would.
    const [, appConfig = '', entities = ''] = simulator.stdout().split(/^# \d\. [^]*?\n\n/m);
    const catalogFile = join(folder, 'catalog.yaml');
    await writeFile(catalogFile, entities);
    const pasted = parse(appConfig) as { auth: JsonObject; backend: JsonObject };
    const config = new ConfigReader({
      ...pasted,
      app: { baseUrl: appUrl },
      backend: {
        ...pasted.backend,
        baseUrl: appUrl,
        listen: { host: '127.0.0.1', port },
        database: { client: 'better-sqlite3', connection: ':memory:' },
      },
      catalog: {
        rules: [{ allow: ['User'] }],
        locations: [{ type: 'file', target: catalogFile }],
      },
    });
    backstage = await startBackstage({
      config,
      logger: createLogRecorder(() => undefined),
      entityRefs: readEntityRefs(catalogFile),
      frontend: false,
    });
  });

  afterAll(async () => {
    await backstage?.stop();
    simulator?.kill('SIGTERM');
    await simulator?.exit;
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['mia@team', 'user:default/mia_team'],
    ['ZOE', 'user:default/zoe'],
  ])(
    'signs in %s with the printed config and catalog, and keeps the session',
    async (name, ref) => {
      const { response, error, session } = await signInOverHttp(appUrl, name);
      expect(error).toBeUndefined();
      expect(response?.backstageIdentity?.identity.userEntityRef).toBe(ref);
      const refreshed = await refreshOverHttp(session);
      expect(refreshed.response?.backstageIdentity?.identity.userEntityRef).toBe(ref);
    },
  );

  it('prints no entity for somebody who cannot sign in, and refuses that person', async () => {
    expect(simulator.stdout()).not.toContain('name: gone');
    const { response, error } = await signInOverHttp(appUrl, 'gone');
    expect(response).toBeUndefined();
    expect(error?.message).toContain('USER_INACTIVE');
  });

  it('lets the browser show the pictures', () => {
    expect(new URL(baseUrl)).toMatchObject({ hostname: 'localhost', pathname: '/git' });
    expect(simulator.stdout()).toContain(`- ${new URL(baseUrl).origin}\n`);
  });

  it('accepts each redirect URL that was given, and no other', async () => {
    const ask = (redirectUri: string) => {
      const query = { client_id: 'my-id', redirect_uri: redirectUri, response_type: 'code' };
      const url = `${baseUrl}/rest/oauth2/latest/authorize?${String(new URLSearchParams(query))}`;
      return fetch(url, { redirect: 'manual' }).then(({ status }) => status);
    };
    expect(await ask('https://backstage.example/callback')).toBe(302);
    expect(await ask(`${appUrl}${handler}`)).toBe(302);
    expect(await ask('https://backstage.example/other')).toBe(400);
  });

  it('ends at Ctrl-C and leaves nothing behind', async () => {
    simulator.kill('SIGINT');
    expect(await simulator.exit).toEqual({ code: 0, signal: null });
    expect(simulator.stderr()).toBe('');
    await groupEnds(simulator.pid);
    await expect(fetch(baseUrl)).rejects.toThrow();
  });
});

describe('Its command line', () => {
  const redirect = ['--redirect-url', `http://localhost:7007${handler}`];

  it('prints its options and ends', async () => {
    const simulator = runDemo(['--help'], entry);
    expect(await simulator.exit).toEqual({ code: 0, signal: null });
    for (const option of ['client-id', 'client-secret', 'redirect-url', 'scope', 'users', 'port']) {
      expect(simulator.stdout()).toContain(`--${option} `);
    }
  });

  it.each([
    ['no client ID', ['--client-secret', 'b', ...redirect], '--client-id must be given'],
    [
      'an empty secret',
      [...redirect, '--client-id', 'a', '--client-secret', ' '],
      '--client-secre',
    ],
    ['no redirect URL', link, '--redirect-url must be given'],
    ['a redirect URL that is none', [...link, '--redirect-url', 'localhost'], 'an http or https'],
    ['a scope that is none', [...link, ...redirect, '--scope', 'REPO READ'], '--scope must be one'],
    ['a port that is none', [...link, ...redirect, '--port', 'x'], '--port must be a number'],
    ['an unknown option', [...link, ...redirect, '--catalog', 'x'], "Unknown option '--catalog'"],
    ['missing users', [...link, ...redirect, '--users', '/nowhere'], '--users: there is no /now'],
    [
      'a JSON file that is no user',
      [...link, ...redirect, '--users', 'package.json'],
      'package.json: not a Bitbucket user',
    ],
  ])('refuses %s in one line', async (_what, args, line) => {
    const simulator = runDemo(args, entry);
    expect((await simulator.exit).code).toBe(1);
    expect(simulator.stdout()).toBe('');
    expect(simulator.stderr()).toMatch(/^The simulator cannot run: .+\n$/);
    expect(simulator.stderr()).toContain(line);
  });
});
