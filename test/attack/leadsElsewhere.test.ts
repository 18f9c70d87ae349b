import { encodeOAuthState } from '@backstage/plugin-auth-node';
import { allow } from '../authenticator/support/allow';
import { createStage } from '../authenticator/support/createStage';
import type { Replica, Stage } from '../authenticator/support/createStage';
import { jane } from '../authenticator/support/people';

const evil = 'https://evil.example/';

describe('an address that would lead the browser away from the app', () => {
  let stage: Stage;
  let backend: Replica;

  beforeAll(async () => {
    stage = await createStage();
    backend = await stage.startReplica();
  });

  afterAll(() => stage.close());

  const hosts = [evil, '//evil.example/', 'http://localhost:3000.evil.example/', 'javascript:1'];

  it.each(hosts)('is not followed from a made-up state: %s', async redirectUrl => {
    const nonce = 'forged';
    const state = { env: 'development', nonce, flow: 'redirect', redirectUrl, origin: evil };
    const browser = backend.createBrowser();
    browser.cookies.set('bitbucketServer-nonce', { value: nonce, attributes: {} });
    for (const code of ['', 'x']) {
      const query = new URLSearchParams({ code, state: encodeOAuthState(state) });
      const page = await browser.get(`/handler/frame?${query}`);
      expect(page.status).toBe(200);
      expect(browser.readPopup(page).error!.message).toContain('AUTHORIZATION_STATE_INVALID');
      expect(page.wire).not.toContain('evil.example');
    }
  });

  it.each(hosts)('is not followed after a sign-in that succeeds: %s', async redirectUrl => {
    const browser = backend.createBrowser();
    const page = await browser.start({ flow: 'redirect', redirectUrl });
    const session = await browser.comeBack(allow(stage.simulator, jane.name, page));
    expect(session.backstageIdentity).toBeUndefined();
    expect(session.error!.message).toContain('to an address outside this Backstage');
    expect(session.wire).not.toMatch(/^location/m);
    expect(stage.simulator.counts.token).toBe(0);
  });

  it('is followed to the app itself, so that the tests above can fail', async () => {
    const browser = backend.createBrowser();
    const redirectUrl = 'http://localhost:3000/home';
    const page = await browser.start({ flow: 'redirect', redirectUrl });
    const back = new URL(allow(stage.simulator, jane.name, page));
    const { status, headers } = await browser.get(`/handler/frame${back.search}`);
    expect([status, headers.get('location')]).toEqual([302, redirectUrl]);
  });
});
