import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigReader } from '@backstage/config';
import { runDoctor } from 'backstage-bitbucket-server';
import { checkProxy } from '../../cli/src/doctor/checkMachine';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import type { BitbucketSimulator } from '../../demo/bitbucket/BitbucketSimulator';
import { userEntity } from '../support/createEntityLookup';
import { useFolder } from '../support/useFolder';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const token = 'secret-http-access-token';
const clientSecret = 'secret-of-the-application-link';
const catalogToken = 'secret-of-the-catalog';

describe('the doctor', () => {
  const folder = useFolder();
  let bitbucket: BitbucketSimulator;
  let catalog: Server;
  let backendUrl: string;
  /** How the running backend answers who wants to sign in. */
  let starts: { status: number; location?: string };

  const startOf = (params: Record<string, string> = {}, baseUrl = bitbucket.baseUrl) => ({
    status: 302,
    location: `${baseUrl}/rest/oauth2/latest/authorize?${new URLSearchParams({
      client_id: 'backstage',
      redirect_uri: `${backendUrl}/api/auth/bitbucketServer/handler/frame`,
      ...params,
    })}`,
  });

  beforeAll(async () => {
    catalog = createServer((request, response) => {
      if (request.url?.startsWith('/api/auth/')) {
        response.writeHead(starts.status, starts.location ? { location: starts.location } : {});
        response.end();
        return;
      }
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
    starts = startOf();
  }

  afterEach(() => bitbucket.close());

  async function doctor(
    change: Record<string, unknown> = {},
    env: Record<string, string> = {},
    root: Record<string, unknown> = {},
  ) {
    const development = {
      baseUrl: bitbucket.baseUrl,
      clientId: 'backstage',
      clientSecret: '${SECRET}',
      signIn: { resolvers: [{ resolver: 'userIdMatchingUserEntityAnnotation' }] },
      ...change,
    };
    const auth = { ...root, providers: { bitbucketServer: { development } } };
    folder.write('app-config.yaml', { backend: { baseUrl: backendUrl }, auth });
    const result = await runInMemory(['doctor'], {
      cwd: folder.path,
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
        'ok   config: environment development has no errors',
        `ok   bitbucket: ${bitbucket.baseUrl} answers, version 9.4.0`,
        'ok   clock: Bitbucket and this machine agree',
        expect.stringMatching(/^ok {3}link scopes: the link grants PUBLIC_REPOS REPO_READ; /),
        'ok   token endpoint: accepts clientId and clientSecret',
        'ok   bitbucket credential: can read admin/users',
        `ok   callback URL: the running backend sends ${backendUrl}/api/auth/bitbucketServer/handler/frame, as in this config`,
        'ok   clock: the backend and this machine agree',
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
      folder.write(manifest, { dependencies: { [upstream]: '^0.2.0' } });
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
    ['a wrong secret', { clientSecret: 'wrong' }, {}, /^fail token endpoint: rejects.* -> copy/],
    [
      'a wrong client',
      { clientId: 'other' },
      {},
      /^fail authorize endpoint: answered 400.* -> compare/,
    ],
    [
      'another redirect',
      { callbackUrl: 'https://x.example/y' },
      {},
      /^fail authorize endpoint: answered 400/,
    ],
    ['no resolvers', { signIn: {} }, {}, /^fail config: .*resolvers" is missing/],
    ['a wrong token', {}, { BITBUCKET_TOKEN: 'wrong' }, /^fail bitbucket credential: refused/],
    ['no token', {}, { BITBUCKET_TOKEN: '' }, /^skip bitbucket credential: not configured/],
    ['a wrong catalog token', {}, { BACKSTAGE_TOKEN: 'wrong' }, /^fail catalog: .*403.* -> /],
    ['no catalog token', {}, { BACKSTAGE_TOKEN: '' }, /^fail catalog: .*set BACKSTAGE_TOKEN/],
  ])('says %s in one line, with what to do', async (_what, change, env, expected) => {
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
      /^fail bitbucket: .*so this is not a Bitbucket Server -> check the context path/,
    );
    expect(exitCode).toBe(1);
  });

  it('says that the endpoints are not there', async () => {
    await start();
    bitbucket.faults.set('authorize', { status: 404 });
    bitbucket.faults.set('token', { status: 404 });
    const { lines } = await doctor();
    expect(lines.slice(3, 5)).toEqual([
      expect.stringMatching(/^fail authorize endpoint: does not exist -> /),
      expect.stringMatching(/^fail token endpoint: does not exist -> /),
    ]);
  });

  it('looks at the credential of production, and not only at that of who asks', async () => {
    await start();
    const credentials = async (change: Record<string, unknown>, env: Record<string, string> = {}) =>
      (await doctor(change, env)).lines.filter(line => line.includes(' credential: '));
    const resolvers = [
      { resolver: 'emailMatchingUserEntityProfileEmail', emailTrust: 'readOnlyDirectory' },
    ];
    const change = { signIn: { resolvers }, directory: { token: 'of-nobody' } };
    expect(await credentials(change)).toEqual([
      expect.stringMatching(/^fail directory credential: refused: users answered 401/),
      'ok   bitbucket credential: can read admin/users',
    ]);
    const same = { ...change, directory: { token: '${BITBUCKET_TOKEN}' } };
    expect(await credentials(same)).toEqual(['ok   directory credential: can read admin/users']);
    expect(await credentials(same, { BITBUCKET_TOKEN: '' })).toEqual([
      expect.stringMatching(/^fail bitbucket credential: .*directory\.token" must be/),
    ]);
    bitbucket.faults.set('admin-users', { status: 403 });
    expect(await credentials({})).toEqual([
      expect.stringMatching(/^warn bitbucket credential: .*admin\/users answered 403/),
    ]);
    expect(await credentials(same)).toEqual([
      expect.stringMatching(/^fail directory credential: .*readOnlyDirectory/),
    ]);
  });

  it.each([
    [undefined, {}, undefined],
    [
      'production',
      {},
      /^fail environment: .*production" is missing: the backend serves production/,
    ],
  ])(
    'says when the backend serves another environment: %s',
    async (environment, change, expected) => {
      await start();
      const root = environment === undefined ? {} : { environment };
      const { lines, exitCode } = await doctor(change, {}, root);
      const line = lines.find(each => each.includes(' environment: '));
      if (expected === undefined) expect(line).toBeUndefined();
      else expect(line).toMatch(expected);
      expect(exitCode).toBe(expected === undefined ? 0 : 1);
      // The rest is looked at all the same.
      expect(lines).toContain('ok   token endpoint: accepts clientId and clientSecret');
    },
  );

  it.each([
    [
      'another callback URL',
      () => startOf({ redirect_uri: 'https://old.example/frame' }),
      /^fail callback URL: the running backend sends "https:\/\/old\.example\/frame", but this config has http/,
    ],
    [
      'another client',
      () => startOf({ client_id: 'other' }),
      /^fail callback URL: the running backend has another clientId/,
    ],
    [
      'another Bitbucket',
      () => startOf({}, 'https://old.example'),
      /^fail callback URL: the running backend sends people to "https:\/\/old\.example", not to/,
    ],
    ['no provider', () => ({ status: 404 }), /^fail callback URL: .*has no provider/],
    ['an error', () => ({ status: 500 }), /^fail callback URL: .*it answered 500/],
  ])('says that the running backend has %s', async (_what, answer, expected) => {
    await start();
    starts = answer();
    const { lines, exitCode } = await doctor();
    expect(lines.find(line => line.includes(' callback URL: '))).toMatch(expected);
    expect(exitCode).toBe(1);
  });

  it('tells of every wrong key, and makes all checks that are left', async () => {
    await start();
    const { lines } = await doctor({
      signIn: { resolvers: [{ resolver: 'none' }] },
      profileTransforms: [{ transform: 'none' }],
      callbackUrl: 7,
      sessionDuration: 'long',
    });
    const problems = lines.filter(line => line.startsWith('fail config: '));
    for (const key of ['signIn.resolvers', 'profileTransforms', 'callbackUrl', 'sessionDuration']) {
      expect(problems.filter(line => line.includes(key))).toHaveLength(1);
    }
    expect(lines).toContain('ok   token endpoint: accepts clientId and clientSecret');
    expect(lines).toContain('ok   bitbucket credential: can read admin/users');
    expect(lines.at(-1)).toMatch(/^ok {3}catalog: /);
  });

  it('tells of a secret that is not set once, and names the config', async () => {
    await start();
    const { lines } = await doctor({ clientId: '${NOT_SET}' });
    expect(lines.filter(line => line.startsWith('fail config: '))).toEqual([
      expect.stringMatching(
        /development\.clientId" is missing in 'app-config', or the environment/,
      ),
    ]);
  });

  it('says when a clock is wrong', async () => {
    await start();
    const clocks = async (ahead: number) => {
      const development = { baseUrl: bitbucket.baseUrl, clientId: 'backstage', clientSecret };
      const auth = { providers: { bitbucketServer: { development } } };
      const lines: string[] = [];
      for await (const { name, status, text } of runDoctor({
        config: new ConfigReader({ backend: { baseUrl: backendUrl }, auth }),
        now: () => Date.now() + ahead * 1000,
      })) {
        if (name === 'clock') lines.push(`${status} ${text}`);
      }
      return lines;
    };
    expect(await clocks(0)).toEqual([
      'ok Bitbucket and this machine agree',
      'ok the backend and this machine agree',
    ]);
    const [behind] = await clocks(90);
    expect(behind).toMatch(/^warn Bitbucket is (90|91) seconds behind this machine/);
    const [ahead] = await clocks(-3600);
    expect(ahead).toMatch(/^warn Bitbucket is (3599|3600) seconds ahead of/);
  });

  it('says whether a proxy is used', async () => {
    await start();
    const proxy = async (env: Record<string, string>) =>
      (await doctor({}, env)).lines.find(line => line.includes(' proxy: '));
    expect(await proxy({})).toBeUndefined();
    expect(await proxy({ HTTPS_PROXY: 'http://p:1' })).toBeUndefined();
    expect(await proxy({ HTTP_PROXY: 'http://p:1' })).toMatch(
      /^warn proxy: HTTP_PROXY is set, but neither the sign-in nor this command uses it: requests to 127\.0\.0\.1 go directly -> set NODE_USE_ENV_PROXY=1/,
    );
    expect(await proxy({ http_proxy: 'http://p:1', NO_PROXY: 'x.example, 127.0.0.1' })).toBe(
      'ok   proxy: not used for 127.0.0.1, because NO_PROXY has 127.0.0.1',
    );
  });

  it.each([
    ['v24.0.0', '1', 'x.example', 'ok'],
    ['v22.21.0', '1', 'x.example', 'ok'],
    ['v22.20.0', '1', 'x.example', 'warn'],
    ['v20.19.0', '1', 'x.example', 'warn'],
    ['v24.0.0', undefined, 'x.example', 'warn'],
    ['v20.19.0', undefined, '*', 'ok'],
    ['v20.19.0', undefined, '.corp.example', 'ok'],
    ['v20.19.0', undefined, '*.corp.example', 'ok'],
    ['v20.19.0', undefined, 'Git.Corp.Example:8443', 'ok'],
    ['v20.19.0', undefined, 'git.corp.example:443', 'warn'],
    ['v20.19.0', undefined, 'corp.example', 'warn'],
  ])(
    'knows of Node.js %s with NODE_USE_ENV_PROXY=%s and NO_PROXY=%s',
    (nodeVersion, use, no, status) => {
      const env = { HTTPS_PROXY: 'http://p:1', NO_PROXY: no, NODE_USE_ENV_PROXY: use };
      const checks = checkProxy({
        env,
        url: 'https://git.corp.example:8443/bitbucket',
        nodeVersion,
      });
      expect(checks.map(check => check.status)).toEqual([status]);
    },
  );
});
