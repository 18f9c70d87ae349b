import type { JsonObject } from '@backstage/types';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import {
  createBitbucketServerAuthenticator,
  createBitbucketServerProviderFactory,
} from '../../src/authenticator';
import type { BitbucketServerProviderFactoryOptions } from '../../src/authenticator';
import { createLogSpy } from './support/createLogSpy';
import { jane } from './support/people';
import { signInByUsername, startAuthBackend } from './support/startAuthBackend';
import type { AuthBackend } from './support/startAuthBackend';

const link = { clientId: 'backstage', clientSecret: 'backstage-secret' };
const refreshCookie = 'bitbucketServer-refresh-token';
const app = 'http://localhost:3000';
const noSecret = '"auth.providers.bitbucketServer.development.clientSecret" is missing';

const factoryOf = (options: Partial<BitbucketServerProviderFactoryOptions> = {}) =>
  createBitbucketServerProviderFactory({
    createOptions: () => ({
      authenticator: createBitbucketServerAuthenticator(),
      signInResolver: signInByUsername,
    }),
    ...options,
  });

/** What a person sees at each route that cannot do its work, in both flows. */
async function expectReadable(
  backend: AuthBackend,
  env: string,
  text: string,
  name = 'InputError',
): Promise<void> {
  const browser = backend.createBrowser();
  const redirectUrl = `${app}/home?a=1`;
  const popup = await browser.get(
    `/start?${new URLSearchParams({ env, origin: app, flow: 'popup' })}`,
  );
  expect(browser.readPopup(popup).error).toMatchObject({
    name,
    message: expect.stringContaining(text),
  });
  const redirected = await browser.get(
    `/start?${new URLSearchParams({ env, origin: app, flow: 'redirect', redirectUrl })}`,
  );
  expect(redirected.status).toBe(302);
  const target = new URL(redirected.headers.get('location')!);
  expect(target.origin + target.pathname).toBe(`${app}/home`);
  expect(target.searchParams.get('a')).toBe('1');
  expect(target.searchParams.get('error')).toContain(text);
  // Nobody is led away from the app.
  const evil = { env, origin: 'https://evil.example', flow: 'redirect' };
  const page = await browser.get(
    `/start?${new URLSearchParams({ ...evil, redirectUrl: 'https://evil.example/' })}`,
  );
  expect(browser.readPopup(page).error!.message).toContain(text);
  expect(page.wire).not.toContain('evil.example');

  const refreshed = await browser.refresh({ env });
  expect(refreshed.status).toBe(400);
  expect(refreshed.error).toMatchObject({ name, message: expect.stringContaining(text) });

  browser.cookies.set(refreshCookie, { value: 'left-over', attributes: {} });
  expect((await browser.signOut({ env })).status).toBe(200);
  expect(browser.cookies.has(refreshCookie)).toBe(false);
}

const { NODE_ENV } = process.env;

afterEach(() => {
  process.env.NODE_ENV = NODE_ENV;
});

describe('a configuration that is wrong', () => {
  const wrong: JsonObject = { development: { clientId: 'backstage', host: 'git.example.com' } };

  it('answers on each route in development, and is logged once, as an error', async () => {
    process.env.NODE_ENV = 'development';
    const backend = await startAuthBackend(wrong, factoryOf());
    try {
      await expectReadable(backend, 'development', noSecret);
      await expectReadable(backend, 'production', noSecret);
      const browser = backend.createBrowser();
      const callback = await browser.get('/handler/frame?code=x');
      expect(browser.readPopup(callback).error!.message).toContain(noSecret);
      const lines = backend.log.lines.filter(line => line.includes(noSecret));
      const own = lines.filter(line => line.startsWith('error "auth.providers'));
      expect(own).toHaveLength(1);
      expect(backend.log.lines.join()).not.toContain('Skipping');
    } finally {
      await backend.stop();
    }
  });

  it.each(['production', 'test', undefined])('stops the start when NODE_ENV is %s', async mode => {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
    const log = createLogSpy();
    await expect(startAuthBackend(wrong, factoryOf(), log)).rejects.toThrow(noSecret);
  });

  it('of somebody else still stops or skips as Backstage does it', async () => {
    process.env.NODE_ENV = 'development';
    const createOptions = () => {
      throw new Error('a bug in an app');
    };
    const backend = await startAuthBackend(wrong, factoryOf({ createOptions }));
    try {
      expect(backend.log.lines.join()).toMatch(/Skipping .*a bug in an app/s);
    } finally {
      await backend.stop();
    }
  });
});

describe('an environment that is not served', () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend | undefined;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({ people: [{ user: jane }] });
  });

  afterEach(async () => {
    await backend?.stop();
    backend = undefined;
  });

  afterAll(() => simulator.close());

  it.each(['development', 'production'])(
    'because it is not configured is warned of at the start (NODE_ENV %s)',
    async mode => {
      process.env.NODE_ENV = mode;
      const production = { ...link, baseUrl: simulator.baseUrl };
      backend = await startAuthBackend(
        { production },
        factoryOf({ environments: ['development'] }),
      );
      expect(backend.log.lines.filter(line => line.startsWith('warn "auth.providers'))).toEqual([
        expect.stringContaining(
          '"auth.providers.bitbucketServer.development" is missing, so nobody can sign in with Bitbucket Server in the environment "development"; configured: production.',
        ),
      ]);
      expect(backend.log.lines.join()).toContain(
        'Not served: "auth.providers.bitbucketServer.production"; served: none',
      );
      await expectReadable(
        backend,
        'development',
        '"auth.providers.bitbucketServer" does not serve the environment "development"; served: none.',
      );
      await expectReadable(backend, 'production', 'does not serve the environment "production"');
      expect(simulator.counts.any).toBe(0);
    },
  );

  it('in a request that names none is answered too', async () => {
    const development = { ...link, baseUrl: simulator.baseUrl };
    backend = await startAuthBackend({ development }, factoryOf());
    const browser = backend.createBrowser();
    const page = await browser.get('/start');
    expect(browser.readPopup(page).error!.message).toContain(
      'does not serve the environment (none was given)',
    );
  });

  it('has to be chosen when there are several', async () => {
    const both = { ...link, baseUrl: simulator.baseUrl };
    process.env.NODE_ENV = 'production';
    await expect(startAuthBackend({ one: both, two: both }, factoryOf())).rejects.toThrow(
      'has several environments (one, two); choose those that are served with the option "environments"',
    );
  });
});
