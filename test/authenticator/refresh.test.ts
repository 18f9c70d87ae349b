import type { ProviderEnvironmentOptions } from '../../src/authenticator';
import { SignInError } from '../../src/errors';
import { deferred } from '../support/controlled';
import { allow } from './support/allow';
import { createStage, refreshCookie } from './support/createStage';
import type { Replica, Stage } from './support/createStage';
import { jane } from './support/people';
import { signInByUsername } from './support/startAuthBackend';

const everyTime = { profileCacheTtl: { seconds: 0 } };

let stage: Stage;

beforeEach(async () => {
  stage = await createStage();
});

afterEach(() => stage.close());

describe('a refresh through a real auth backend', () => {
  it('that fails after the exchange is no 401, and delivers the new tokens with its error', async () => {
    const browser = await stage.signIn(await stage.startReplica({ config: everyTime }));
    const replica = await stage.startReplica({ config: everyTime });
    const atReplica = stage.join(replica, browser);
    const old = browser.cookies.get(refreshCookie)!.value;
    stage.simulator.faults.set('whoami', { status: 500 });
    const refused = await atReplica.refresh();
    expect(refused.status).toBe(503);
    expect(refused.error).toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringMatching(
        /^Bitbucket Server is having problems at the moment. Please try again later. \(BITBUCKET_UNAVAILABLE, reference [^)]+\)$/,
      ),
    });
    const cookie = atReplica.cookies.get(refreshCookie)!;
    expect(cookie.value).not.toBe(old);
    expect(cookie.attributes).toMatchObject({ path: '/api/auth/bitbucketServer', httponly: '' });
    const refusals = replica.log.lines.filter(line => line.includes('refused: BITBUCKET_UNAV'));
    expect(refusals).toHaveLength(1);

    stage.simulator.faults.clear();
    const third = stage.join(await stage.startReplica(), atReplica);
    expect((await third.refresh()).status).toBe(200);
  });

  it('whose profile transform fails delivers the new tokens too', async () => {
    let refuse = false;
    const profileTransform: ProviderEnvironmentOptions['profileTransform'] = async () => {
      if (refuse) {
        throw new SignInError('PROFILE_TRANSFORM_FAILED', { phase: 'transform', detail: 'x' });
      }
      return { profile: {} };
    };
    const browser = await stage.signIn(await stage.startReplica({ profileTransform }));
    const old = browser.cookies.get(refreshCookie)!.value;
    refuse = true;
    expect((await browser.refresh()).status).toBe(503);
    expect(browser.cookies.get(refreshCookie)!.value).not.toBe(old);
  });

  it('whose resolver fails has its status, and sets the cookie once', async () => {
    let refuse = false;
    const signInResolver: ProviderEnvironmentOptions['signInResolver'] = async (info, context) => {
      if (refuse) throw new SignInError('NO_MATCHING_USER', { phase: 'match', detail: 'x' });
      return signInByUsername(info, context);
    };
    const browser = await stage.signIn(await stage.startReplica({ signInResolver }));
    refuse = true;
    const refused = await browser.refresh();
    expect(refused.status).toBe(404);
    const cookies = refused.wire.match(/^set-cookie: bitbucketServer-refresh-token=[^;]/gm);
    expect(cookies).toHaveLength(1);
    refuse = false;
    expect((await browser.refresh()).status).toBe(200);
  });

  it('with a token that Bitbucket has ended is a 401 that leaves the cookie alone', async () => {
    const browser = await stage.signIn(await stage.startReplica());
    stage.simulator.revokeAll();
    const old = browser.cookies.get(refreshCookie)!.value;
    const refused = await browser.refresh();
    expect(refused.status).toBe(401);
    expect(refused.error!.message).toContain('SESSION_ENDED');
    // Another tab may just have put a newer one there.
    expect(refused.wire).not.toMatch(/set-cookie/);
    expect(browser.cookies.get(refreshCookie)!.value).toBe(old);
  });

  it('refuses an account that was deactivated meanwhile', async () => {
    const browser = await stage.signIn(await stage.startReplica({ config: everyTime }));
    stage.simulator.updateUser(jane.name, { active: false });
    const refused = await browser.refresh();
    expect(refused.status).toBe(403);
    expect(refused.error!.message).toContain('USER_INACTIVE');
  });

  it('without a resolver gives an access token and no identity', async () => {
    const browser = await stage.signIn(await stage.startReplica({ signInResolver: undefined }));
    const session = await browser.refresh();
    expect(session.providerInfo!.accessToken).toBeDefined();
    expect(session.backstageIdentity).toBeUndefined();
  });

  it('takes the plain token that the cookie of upstream holds, and writes its own from then on', async () => {
    const browser = (await stage.startReplica()).createBrowser();
    const { refreshToken } = stage.simulator.issueTokens(jane.name);
    browser.cookies.set(refreshCookie, { value: refreshToken, attributes: {} });
    expect((await browser.refresh()).status).toBe(200);
    expect(decodeURIComponent(browser.cookies.get(refreshCookie)!.value)).toMatch(
      /^bbs1:[\w-]{12}::[^:]+$/,
    );
    expect((await browser.refresh()).status).toBe(200);
  });

  it('is kept by nobody on the way, and neither is the page of the pop-up', async () => {
    const backend = await stage.startReplica();
    const browser = await stage.signIn(backend);
    expect((await browser.refresh()).wire).toMatch(/^cache-control: no-store$/m);
    const page = await browser.start();
    const session = await browser.comeBack(allow(stage.simulator, jane.name, page));
    expect(session.wire).toMatch(/^cache-control: no-store$/m);
    stage.simulator.revokeAll();
    expect((await browser.refresh()).wire).toMatch(/^cache-control: no-store$/m);
  });
});

describe('the user of a session', () => {
  let backend: Replica;

  it('is not asked for while it is fresh: the exchange is the only call', async () => {
    backend = await stage.startReplica();
    const browser = await stage.signIn(backend);
    await browser.refresh();
    expect(stage.simulator.counts).toMatchObject({ refresh: 1, any: 1 });
    stage.clock.advance(59_999);
    await browser.refresh();
    expect(stage.simulator.counts).toMatchObject({ refresh: 2, any: 2 });
    stage.clock.advance(2);
    await browser.refresh();
    expect(stage.simulator.counts).toMatchObject({ refresh: 3, whoami: 1, user: 1, any: 5 });
    expect(backend.events.map(event => 'person' in event && event.person)).toEqual([
      'known',
      'known',
      'read',
    ]);
  });

  it('is asked for together with who am I when it has to be read again', async () => {
    const browser = await stage.signIn(await stage.startReplica({ config: everyTime }));
    const held = deferred();
    stage.simulator.faults.set('whoami', { hold: held.promise });
    stage.simulator.faults.set('user', { hold: held.promise });
    const work = browser.refresh();
    await Promise.all([stage.simulator.arrived('whoami'), stage.simulator.arrived('user')]);
    held.resolve();
    expect((await work).status).toBe(200);
  });

  it('is looked for under its new name after a rename', async () => {
    const browser = await stage.signIn(await stage.startReplica({ config: everyTime }));
    stage.simulator.updateUser(jane.name, { name: 'new-name', slug: 'new-name' });
    const session = await browser.refresh();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe('user:default/new-name');
  });

  it('is not somebody else who has got its slug meanwhile', async () => {
    const browser = await stage.signIn(await stage.startReplica({ config: everyTime }));
    stage.simulator.updateUser(jane.name, { slug: 'moved' });
    stage.simulator.addPerson({ user: { ...jane, id: 666, name: 'mallory' } });
    const session = await browser.refresh();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe(`user:default/${jane.name}`);
  });

  it('is read anew at a first sign-in', async () => {
    backend = await stage.startReplica();
    await stage.signIn(backend);
    stage.simulator.updateUser(jane.name, { displayName: 'Jane Smith' });
    const other = backend.createBrowser();
    const page = await other.start();
    const session = await other.comeBack(allow(stage.simulator, jane.name, page));
    expect(session.profile!.displayName).toBe('Jane Smith');
  });

  it('is read as often as the config says', async () => {
    const off = await stage.signIn(await stage.startReplica({ config: { profileCacheTtl: '0s' } }));
    await off.refresh();
    expect(stage.simulator.counts.whoami).toBe(1);
    const config = { profileCacheTtl: '10s' };
    const on = await stage.signIn(await stage.startReplica({ config }));
    await on.refresh();
    expect(stage.simulator.counts.whoami).toBe(0);
  });

  it('is read anew when the clock was set back, instead of being kept until it has caught up', async () => {
    const browser = await stage.signIn(await stage.startReplica());
    stage.clock.advance(-60 * 60_000);
    expect((await browser.refresh()).status).toBe(200);
    expect(stage.simulator.counts).toMatchObject({ whoami: 1, user: 1 });
    await browser.refresh();
    expect(stage.simulator.counts).toMatchObject({ refresh: 2, whoami: 1 });
  });
});

describe('a user who cannot be read', () => {
  const hour = 60 * 60_000;

  it('is replaced by the one that the session had, for an hour', async () => {
    const backend = await stage.startReplica();
    const browser = await stage.signIn(backend);
    stage.clock.advance(hour - 1_000);
    stage.simulator.faults.set('whoami', { status: 500 });
    expect((await browser.refresh()).profile).toMatchObject({ email: jane.emailAddress });
    expect((await browser.refresh()).status).toBe(200);
    expect(backend.events.at(-1)).toMatchObject({ person: 'bridged' });
    const told = () => backend.log.lines.filter(line => line.includes('user records can'));
    expect(told()).toEqual([expect.stringContaining('up to 60 minutes old: BITBUCKET_UNAV')]);
    // Serving an old one does not make it any younger.
    stage.clock.advance(1_001);
    expect((await browser.refresh()).error!.message).toContain('BITBUCKET_UNAVAILABLE');
    stage.simulator.faults.clear();
    expect((await browser.refresh()).status).toBe(200);
    expect(told().at(-1)).toContain('can be read again, after 2 failures');
  });

  it('is not replaced when the clock was set back', async () => {
    const browser = await stage.signIn(await stage.startReplica());
    stage.clock.advance(-hour);
    stage.simulator.faults.set('whoami', { status: 500 });
    expect((await browser.refresh()).error!.message).toContain('BITBUCKET_UNAVAILABLE');
  });

  it.each<[string, string, number, number]>([
    ['shorter', '5m', 5 * 60_000 + 1, 503],
    ['longer', '2h', 2 * hour - 1, 200],
    ['never', '0s', 60_001, 503],
  ])('is replaced %s when userLookup.staleIfError is %s', async (_name, ttl, age, status) => {
    const config = { userLookup: { staleIfError: ttl } };
    const browser = await stage.signIn(await stage.startReplica({ config }));
    stage.clock.advance(age);
    stage.simulator.faults.set('whoami', { status: 500 });
    expect((await browser.refresh()).status).toBe(status);
  });

  it('is not replaced in a session that this backend does not know', async () => {
    const browser = await stage.signIn(await stage.startReplica());
    const other = stage.join(await stage.startReplica(), browser);
    stage.simulator.faults.set('whoami', { status: 500 });
    expect((await other.refresh()).status).toBe(503);
  });
});
