import { allow } from './support/allow';
import { createStage, refreshCookie } from './support/createStage';
import type { Replica, Stage } from './support/createStage';
import { jane } from './support/people';

let stage: Stage;
let backend: Replica;

beforeAll(async () => {
  stage = await createStage();
  backend = await stage.startReplica();
});

beforeEach(() => {
  stage.simulator.faults.clear();
  backend.log.lines.length = 0;
});

afterAll(() => stage.close());

const write = { scope: 'REPO_WRITE' };
const writeAndLess = 'REPO_WRITE REPO_READ PUBLIC_REPOS';

async function consent(query: Record<string, string> = write) {
  const browser = backend.createBrowser();
  const page = await browser.start(query);
  return { browser, session: await browser.comeBack(allow(stage.simulator, jane.name, page)) };
}

describe('the scope of a session', () => {
  it('is what was asked for, with what that includes', async () => {
    const { browser, session } = await consent();
    expect(session.providerInfo!.scope).toBe(writeAndLess);
    expect((await browser.refresh()).providerInfo!.scope).toBe(writeAndLess);
  });

  it('survives a restart and another replica', async () => {
    const { browser } = await consent();
    const other = stage.join(await stage.startReplica(), browser);
    expect((await other.refresh()).providerInfo!.scope).toBe(writeAndLess);
    expect((await other.refresh()).providerInfo!.scope).toBe(writeAndLess);
  });

  it('survives a day and more without a refresh', async () => {
    const { browser } = await consent();
    stage.clock.advance(3 * 24 * 60 * 60_000);
    expect((await browser.refresh()).providerInfo!.scope).toBe(writeAndLess);
  });

  it.each(['', '   ', null, undefined, 7, ['REPO_READ']])(
    'is the known one when an answer says %j',
    async scope => {
      const { browser } = await consent();
      stage.simulator.faults.set('refresh', { patch: { scope } });
      expect((await browser.refresh()).providerInfo!.scope).toBe(writeAndLess);
    },
  );

  it('is that of the answer when it says one, from then on', async () => {
    stage.simulator.faults.set('token', { patch: { scope: 'REPO_READ' } });
    const { browser, session } = await consent();
    // Asked for and not granted: never reported as granted.
    expect(session.providerInfo!.scope).toBe('REPO_READ PUBLIC_REPOS');
    expect((await browser.refresh()).providerInfo!.scope).toBe('REPO_READ PUBLIC_REPOS');
    stage.simulator.faults.set('refresh', { patch: { scope: 'PUBLIC_REPOS' } }, { times: 1 });
    expect((await browser.refresh()).providerInfo!.scope).toBe('PUBLIC_REPOS');
    expect((await browser.refresh()).providerInfo!.scope).toBe('PUBLIC_REPOS');
  });

  it('does not grow by asking for more at a refresh', async () => {
    const { browser } = await consent({ scope: 'PUBLIC_REPOS' });
    const session = await browser.refresh({ scope: 'REPO_WRITE' });
    expect(session.providerInfo!.scope).toBe('PUBLIC_REPOS');
  });

  it('is nothing when nobody has said one', async () => {
    const { browser } = await consent({});
    expect((await browser.refresh()).providerInfo!.scope).toBe('');
  });

  it('is the known one for those who share the exchange of somebody else', async () => {
    const { browser } = await consent();
    const late = stage.join(backend, browser);
    await browser.refresh();
    expect((await late.refresh()).providerInfo!.scope).toBe(writeAndLess);
  });

  it('is in the cookie in a form that Backstage leaves alone', async () => {
    const { browser } = await consent();
    const cookie = browser.cookies.get(refreshCookie)!;
    expect(decodeURIComponent(cookie.value)).toMatch(/^bbs1:[\w-]{12}:REPO_WRITE:[\w.-]+$/);
  });
});

describe('tokens that can be read', () => {
  it.each<[string, Record<string, unknown>, number | undefined]>([
    ['no expires_in', { expires_in: undefined }, undefined],
    ['expires_in as text', { expires_in: '1800' }, 1_800],
    ['expires_in with a unit', { expires_in: '1800s' }, 1_800],
    ['an expires_in that is nothing', { expires_in: null }, undefined],
    ['an expires_in that is a word', { expires_in: 'soon' }, undefined],
    ['a negative expires_in', { expires_in: -5 }, undefined],
    ['an endless expires_in', { expires_in: 1e300 }, undefined],
    ['no token_type', { token_type: undefined }, 3_600],
    ['token_type in capitals', { token_type: 'BEARER' }, 3_600],
    ['another token_type', { token_type: 'mac' }, 3_600],
    ['a scope that is a list', { scope: ['REPO_READ'] }, 3_600],
    ['a key nobody knows', { example_parameter: 'x' }, 3_600],
  ])('are taken with %s', async (_name, patch, expiresInSeconds) => {
    stage.simulator.faults.set('token', { patch });
    const { browser, session } = await consent();
    expect(session.providerInfo).toMatchObject({ accessToken: expect.any(String) });
    expect(session.providerInfo!.expiresInSeconds).toBe(expiresInSeconds);
    stage.simulator.faults.set('refresh', { patch });
    const refreshed = await browser.refresh();
    expect(refreshed.status).toBe(200);
    expect(refreshed.providerInfo!.expiresInSeconds).toBe(expiresInSeconds);
    expect((await browser.refresh()).status).toBe(200);
  });

  it('are taken with a warning that names what is odd, and never shows it', async () => {
    stage.simulator.faults.set('token', {
      patch: { expires_in: 'planted-value', token_type: 'planted-type' },
    });
    await consent();
    const warnings = backend.log.lines.filter(line => line.includes('are used anyway'));
    expect(warnings).toEqual([
      expect.stringContaining('invalid "token_type"'),
      expect.stringContaining('invalid "expires_in"'),
    ]);
    expect(backend.log.lines.join()).not.toContain('planted');
  });

  it.each([undefined, '', 7, null, 'two words', 'line\nbreak', 'x'.repeat(20_000)])(
    'are none when the access token is %j',
    async accessToken => {
      stage.simulator.faults.set('token', { patch: { access_token: accessToken } });
      const { session } = await consent();
      expect(session.error!.message).toContain('TOKEN_RESPONSE_INVALID');
      expect(session.wire).not.toContain('line\nbreak');
    },
  );

  it('go on with the old refresh token when the new one is not usable', async () => {
    const { browser } = await consent();
    const old = browser.cookies.get(refreshCookie)!.value;
    stage.simulator.faults.set('refresh', { patch: { refresh_token: 'two words' } });
    expect((await browser.refresh()).status).toBe(200);
    expect(browser.cookies.get(refreshCookie)!.value).toBe(old);
  });
});

describe('AUTHORIZATION_SCOPE_INVALID', () => {
  async function refusal(replica: Replica, query: Record<string, string>, signedIn: boolean) {
    const browser = signedIn ? await stage.signIn(replica) : replica.createBrowser();
    const page = await browser.start(query);
    const response = await fetch(page, { redirect: 'manual' });
    const { error } = await browser.comeBack(response.headers.get('location')!);
    expect(error!.message).toContain('AUTHORIZATION_SCOPE_INVALID');
    // Once, although the authenticator and the routes each have a log.
    const [reference] = /reference [\w-]+/.exec(error!.message)!;
    expect(replica.log.lines.filter(line => line.includes(reference))).toHaveLength(1);
    return error!.message;
  }

  it('blames the defaultScopes of the frontend for what it asks for at a first sign-in', async () => {
    const text = await refusal(backend, { scope: 'REPO_ADMIN' }, false);
    expect(text).toContain('Requested: REPO_ADMIN.');
    expect(text).toContain('(set the defaultScopes of its Bitbucket Server auth API to ');
    expect(text).not.toMatch(/additionalScopes|after the sign-in/);
  });

  it('blames a feature of the frontend for what it asks for later', async () => {
    const text = await refusal(backend, { scope: 'REPO_ADMIN' }, true);
    expect(text).toContain('which feature of the frontend asked for REPO_ADMIN after the sign-in');
    expect(text).not.toMatch(/additionalScopes|defaultScopes/);
  });

  it.each([
    ['PROJECT_ADMIN', 'PROJECT_ADMIN'],
    ['PROJECT_ADMIN REPO_ADMIN', 'PROJECT_ADMIN REPO_ADMIN'],
    ['PROJECT_ADMIN,REPO_ADMIN', 'PROJECT_ADMIN REPO_ADMIN'],
    [['PROJECT_ADMIN', 'REPO_ADMIN'], 'PROJECT_ADMIN REPO_ADMIN'],
  ])('reads additionalScopes %j', async (additionalScopes, blamed) => {
    const replica = await stage.startReplica({ config: { additionalScopes } });
    const text = await refusal(replica, { scope: 'REPO_READ' }, false);
    expect(text).toContain(`remove ${blamed} from "additionalScopes"`);
  });

  it('blames additionalScopes for what they add, and the frontend for the rest', async () => {
    const replica = await stage.startReplica({ config: { additionalScopes: ['PROJECT_ADMIN'] } });
    const text = await refusal(replica, { scope: 'REPO_READ' }, false);
    expect(text).toContain('remove PROJECT_ADMIN from "additionalScopes"');
    expect(text).not.toMatch(/defaultScopes|after the sign-in/);
    const both = await refusal(replica, { scope: 'REPO_ADMIN' }, false);
    expect(both).toContain('remove PROJECT_ADMIN from "additionalScopes"');
    expect(both).toContain('defaultScopes');
  });
});
