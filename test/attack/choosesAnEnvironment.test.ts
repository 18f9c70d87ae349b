import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { createBrowser } from '../authenticator/support/createBrowser';
import type { Browser } from '../authenticator/support/createBrowser';
import { allow } from '../authenticator/support/allow';
import { userEntity } from '../support/createEntityLookup';
import { host, startBackstageWith } from './support/startBackstageWith';

const mallory = { id: 66, name: 'ada', slug: 'ada', active: true, type: 'NORMAL' };
const origin = 'http://localhost:3000';

/** In the other environment, whoever is called "ada" there is Ada. */
describe('an environment that is configured and not served', () => {
  let lax: BitbucketSimulator;
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;
  let browser: Browser;

  beforeAll(async () => {
    lax = await startBitbucketSimulator({
      people: [{ user: mallory }],
      clients: [
        { clientId: 'lax', clientSecret: 'lax-secret-of-a-test', redirectUris: [], scopes: [] },
      ],
    });
    backstage = await startBackstageWith({
      entities: [
        userEntity('ada', { annotations: { [`${host}/user-id`]: '7' } }),
        userEntity('mallory', { annotations: { [`${host}/user-id`]: '66' } }),
      ],
      provider: { signIn: { resolvers: [{ resolver: 'userIdMatchingUserEntityAnnotation' }] } },
      otherEnvironments: {
        lax: {
          baseUrl: lax.baseUrl,
          clientId: 'lax',
          clientSecret: 'lax-secret-of-a-test',
          signIn: { resolvers: [{ resolver: 'usernameMatchingUserEntityName' }] },
        },
      },
    });
    backstage.bitbucket.addPerson({ user: { ...mallory, name: 'mallory', slug: 'mallory' } });
  });

  beforeEach(() => {
    lax.clearRequests();
    backstage.bitbucket.clearRequests();
    browser = createBrowser(`${backstage.backendUrl}/api/auth/bitbucketServer`);
  });

  afterEach(() => {
    expect(lax.counts.any).toBe(0);
  });

  afterAll(async () => {
    await backstage?.stop();
    await lax?.close();
  });

  const start = (query: Record<string, string> = {}) =>
    browser.start({ origin: backstage.backendUrl, ...query });

  it('cannot be chosen at the start', async () => {
    const query = new URLSearchParams({ env: 'lax', origin, flow: 'popup' });
    const page = await browser.get(`/start?${query}`);
    expect(browser.readPopup(page).error!.message).toContain(
      'does not serve the environment "lax"',
    );
    expect(page.headers.get('location')).toBeNull();
  });

  it('gets neither the code nor the refresh token of the one that is', async () => {
    const redirectUrl = new URL(allow(backstage.bitbucket, 'mallory', await start()));
    redirectUrl.searchParams.set('env', 'lax');
    const swapped = await browser.comeBack(redirectUrl.href);
    expect(swapped.error!.message).toContain('The address of the callback was changed.');
    expect(backstage.bitbucket.counts.token).toBe(0);
    redirectUrl.searchParams.delete('env');
    const session = await browser.comeBack(redirectUrl.href);
    expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/mallory');
    expect((await browser.refresh({ env: 'lax' })).status).toBe(400);
    const refreshed = await browser.refresh();
    expect(refreshed.backstageIdentity!.identity.userEntityRef).toBe('user:default/mallory');
  });
});
