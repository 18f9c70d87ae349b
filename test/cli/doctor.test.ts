import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import type { BitbucketSimulator } from '../../demo/bitbucket/BitbucketSimulator';
import { userEntity } from '../support/createEntityLookup';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const token = 'secret-http-access-token';
const clientSecret = 'secret-of-the-application-link';
const catalogToken = 'secret-of-the-catalog';

describe('the doctor', () => {
  let bitbucket: BitbucketSimulator;
  let catalog: Server;
  let backendUrl: string;
  let folder: string;

  beforeAll(async () => {
    catalog = createServer((request, response) => {
      const allowed = request.headers.authorization === `Bearer ${catalogToken}`;
      const items = [userEntity('ada')];
      response.writeHead(allowed ? 200 : 403, { 'content-type': 'application/json' });
      response.end(JSON.stringify(allowed ? { items, totalItems: 1, pageInfo: {} } : {}));
    });
    await new Promise<void>(resolve => catalog.listen(0, '127.0.0.1', resolve));
    backendUrl = `http://127.0.0.1:${(catalog.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await new Promise(resolve => catalog.close(resolve));
  });

  async function start(options: { version?: string; contextPath?: string } = {}) {
    bitbucket = await startBitbucketSimulator({
      people: [{ user: bitbucketUser('ada') }],
      serviceTokens: { [token]: 'ada' },
      clients: [
        {
          clientId: 'backstage',
          clientSecret,
          redirectUris: [`${backendUrl}/api/auth/bitbucketServer/handler/frame`],
          scopes: ['REPO_READ'],
        },
      ],
      ...options,
    });
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-doctor-'));
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await bitbucket.close();
  });

  async function doctor(change: Record<string, unknown> = {}, env: Record<string, string> = {}) {
    const development = {
      baseUrl: bitbucket.baseUrl,
      clientId: 'backstage',
      clientSecret: '${SECRET}',
      signIn: { resolvers: [{ resolver: 'userIdMatchingUserEntityAnnotation' }] },
      ...change,
    };
    const auth = { providers: { bitbucketServer: { development } } };
    const text = JSON.stringify({ backend: { baseUrl: backendUrl }, auth });
    writeFileSync(join(folder, 'app-config.yaml'), text);
    const result = await runInMemory(['doctor'], {
      cwd: folder,
      env: { SECRET: clientSecret, BITBUCKET_TOKEN: token, BACKSTAGE_TOKEN: catalogToken, ...env },
    });
    for (const secret of [token, clientSecret, catalogToken]) {
      expect(result.stdout + result.stderr).not.toContain(secret);
    }
    return { ...result, lines: result.stdout.trimEnd().split('\n') };
  }

  it.each([undefined, '/bitbucket'])(
    'finds all well, with the context path %s',
    async contextPath => {
      await start({ contextPath });
      const { exitCode, lines } = await doctor();
      expect(lines).toEqual([
        'ok   config: environment development is read without an error',
        `ok   bitbucket: ${bitbucket.baseUrl} answers, version 9.4.0`,
        expect.stringMatching(/^ok {3}link scopes: the link grants PUBLIC_REPOS REPO_READ; /),
        'ok   token endpoint: it is there and accepts client ID and secret',
        'ok   bitbucket credential: it reads admin/users',
        `ok   catalog: ${backendUrl} answers, 1 User entities`,
      ]);
      expect(exitCode).toBe(0);
    },
  );

  it('changes nothing: no code and no token is given', async () => {
    await start();
    await doctor();
    expect(bitbucket.counts).toMatchObject({ consent: 0, tokenExchanges: 0, refreshes: 0 });
  });

  it.each(['package.json', 'packages/backend/package.json'])(
    "finds upstream's module in %s",
    async manifest => {
      await start();
      const upstream = '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
      mkdirSync(dirname(join(folder, manifest)), { recursive: true });
      writeFileSync(
        join(folder, manifest),
        JSON.stringify({ dependencies: { [upstream]: '^0.2.0' } }),
      );
      const { exitCode, lines } = await doctor();
      expect(lines).toContainEqual(
        `fail packages: ${manifest} still lists ${upstream}, whose config schema refuses resolvers of this package -> remove it from there and from the backend`,
      );
      expect(exitCode).not.toBe(0);
    },
  );

  it('passes on what the backend would warn of at its start', async () => {
    await start();
    const resolvers = [{ resolver: 'emailMatchingUserEntityProfileEmail' }];
    const { exitCode, lines } = await doctor({ signIn: { resolvers } });
    expect(lines[1]).toMatch(/^warn config: .*can edit their own email address/);
    expect(exitCode).toBe(0);
  });

  it.each([
    ['a key that is none', { sigIn: {} }, {}, /^fail config: .*sigIn" is not a known option.* -> /],
    [
      'a secret that is not set',
      {},
      { SECRET: '' },
      /^fail config: .*clientSecret.* -> .*\$\{NAME\}/,
    ],
    [
      'a wrong secret',
      { clientSecret: 'wrong' },
      {},
      /^fail token endpoint: it does not accept.* -> copy/,
    ],
    [
      'a wrong client',
      { clientId: 'other' },
      {},
      /^fail authorize endpoint: it answered 400.* -> compare/,
    ],
    [
      'another redirect',
      { callbackUrl: 'https://x.example/y' },
      {},
      /^fail authorize endpoint: it answered 400/,
    ],
    ['no resolvers', { signIn: {} }, {}, /^fail config: .*resolvers" is missing/],
    [
      'a wrong token',
      {},
      { BITBUCKET_TOKEN: 'wrong' },
      /^fail bitbucket credential: it is refused/,
    ],
    ['no token', {}, { BITBUCKET_TOKEN: '' }, /^skip bitbucket credential: none is configured/],
    ['a wrong catalog token', {}, { BACKSTAGE_TOKEN: 'wrong' }, /^fail catalog: .*403.* -> /],
    ['no catalog token', {}, { BACKSTAGE_TOKEN: '' }, /^fail catalog: .*set BACKSTAGE_TOKEN/],
  ])('says %s in one line, with the mend', async (_what, change, env, expected) => {
    await start();
    const { exitCode, lines } = await doctor(change, env);
    expect(lines.filter(line => expected.test(line))).toHaveLength(1);
    expect(exitCode).toBe(lines.some(line => line.startsWith('fail')) ? 1 : 0);
  });

  it('says that the version is too old', async () => {
    await start({ version: '7.19.3' });
    const { exitCode, lines } = await doctor();
    expect(lines[1]).toBe(
      'fail bitbucket: version "7.19.3" has no OAuth 2.0 -> Bitbucket 7.20 or later is needed',
    );
    expect(exitCode).toBe(1);
  });

  it('says that the address is none of a Bitbucket', async () => {
    await start();
    bitbucket.faults.set('whoami', { html: true });
    const { exitCode, lines } = await doctor();
    expect(lines[1]).toMatch(
      /^fail bitbucket: .*which is no Bitbucket Server -> check the context path/,
    );
    expect(exitCode).toBe(1);
  });

  it('says that the endpoints are not there', async () => {
    await start();
    bitbucket.faults.set('authorize', { status: 404 });
    bitbucket.faults.set('token', { status: 404 });
    const { lines } = await doctor();
    expect(lines.slice(2, 4)).toEqual([
      expect.stringMatching(/^fail authorize endpoint: it is not there -> /),
      expect.stringMatching(/^fail token endpoint: it is not there -> /),
    ]);
  });

  it('says when a credential sees no directories, and that a resolver needs them', async () => {
    await start();
    bitbucket.faults.set('admin-users', { status: 403 });
    const credential = async (change: Record<string, unknown>) =>
      (await doctor(change)).lines.find(line => line.includes('bitbucket credential'));
    expect(await credential({})).toMatch(/^warn .*admin\/users answers 403/);
    const resolvers = [
      { resolver: 'emailMatchingUserEntityProfileEmail', emailTrust: 'readOnlyDirectory' },
    ];
    const change = { signIn: { resolvers }, directory: { token: '${BITBUCKET_TOKEN}' } };
    expect(await credential(change)).toMatch(/^fail .*readOnlyDirectory/);
  });
});
