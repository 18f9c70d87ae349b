import type {
  OAuthAuthenticatorResult,
  PassportProfile,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator, Fault, RouteName } from '../../demo/bitbucket';
import type { BitbucketServerPassportProfile } from '../../src/profile';
import { allow } from '../authenticator/support/allow';
import { createStage } from '../authenticator/support/createStage';
import type { Replica, Stage } from '../authenticator/support/createStage';
import { jane } from '../authenticator/support/people';

const mallory = {
  ...jane,
  id: 666,
  name: 'mallory',
  slug: 'mallory',
  displayName: 'Mallory',
  emailAddress: 'mallory@corp.example',
};
const asMallory = `user:default/${mallory.name}.${mallory.id}`;

/** As whoever has this name and this id: chains match by either. */
const signInByNameAndId: SignInResolver<OAuthAuthenticatorResult<PassportProfile>> = (
  { result },
  context,
) => {
  const { name, id } = (result.fullProfile as BitbucketServerPassportProfile).bitbucketServer;
  return context.issueToken({ claims: { sub: `user:default/${name}.${id}` } });
};

/**
 * Mallory controls something between Backstage and Bitbucket, or what one resource answers. Whose token
 * it is, is said by the answer to "who am I" alone; every other word must agree with it.
 */
describe('something that answers in place of Bitbucket', () => {
  let stage: Stage;
  let evil: BitbucketSimulator;
  let backend: Replica;

  beforeAll(async () => {
    stage = await createStage({ people: [{ user: jane }, { user: mallory }] });
    // There, every token is Jane's.
    evil = await startBitbucketSimulator({ people: [{ user: jane }] });
    backend = await stage.startReplica({
      config: { profileCacheTtl: '0s' },
      signInResolver: signInByNameAndId,
    });
  });

  beforeEach(() => {
    stage.simulator.faults.clear();
    evil.clearRequests();
  });

  afterAll(async () => {
    await stage.close();
    await evil.close();
  });

  async function signInAsMallory() {
    const browser = backend.createBrowser();
    const page = await browser.start();
    return {
      browser,
      session: await browser.comeBack(allow(stage.simulator, mallory.name, page)),
    };
  }

  const page = (values: unknown[]) => ({ values, size: values.length, isLastPage: true, start: 0 });
  const lies: [string, RouteName, Fault][] = [
    ['the record of somebody else', 'user', { json: jane }],
    ['the name of somebody else', 'user', { patch: { name: jane.name } }],
    ['the id of somebody else', 'user', { patch: { id: jane.id } }],
    ['a record without an id', 'user', { patch: { id: undefined } }],
    ['a record with an id that is a text', 'user', { patch: { id: '666' } }],
    ['a record without a name', 'user', { patch: { name: undefined } }],
    ['a name with other letters', 'user', { patch: { name: 'MALLORY' } }],
    ['a list of two', 'user', { json: page([jane, mallory]) }],
    ['a redirect', 'user', { redirectToLogin: true }],
    ['a redirect', 'whoami', { redirectToLogin: true }],
    ['a page', 'whoami', { html: true }],
    ['a page', 'user', { html: true }],
    ['no word of who it is', 'whoami', { withoutIdentityHeaders: true }],
    ['a record that never ends', 'user', { bytes: 3_000_000 }],
  ];

  it.each(lies)('with %s to %s makes nobody anybody else', async (_what, route, fault) => {
    stage.simulator.faults.set(route, fault);
    const { session } = await signInAsMallory();
    // The search for the user may still find the right one.
    expect([undefined, asMallory]).toContain(session.backstageIdentity?.identity.userEntityRef);
    expect(session.wire).not.toContain(jane.emailAddress);
  });

  it.each(lies)('does not either at a refresh: %s to %s', async (_what, route, fault) => {
    const { browser } = await signInAsMallory();
    stage.simulator.faults.set(route, fault);
    const session = await browser.refresh();
    expect([undefined, asMallory]).toContain(session.backstageIdentity?.identity.userEntityRef);
    expect(session.wire).not.toContain(jane.emailAddress);
  });

  it.each<[RouteName]>([['whoami'], ['user'], ['token']])(
    'sends nobody to another server by a redirect of %s',
    async route => {
      for (const status of [301, 302, 307, 308]) {
        const { accessToken } = evil.issueTokens(jane.name);
        expect(accessToken).toBeDefined();
        const headers = { Location: `${evil.baseUrl}/rest/api/1.0/users/${jane.slug}` };
        stage.simulator.faults.set(route, { status, headers });
        const { session } = await signInAsMallory();
        expect(session.backstageIdentity).toBeUndefined();
      }
      expect(evil.counts.any).toBe(0);
    },
  );

  it.each<[string, RouteName, Fault]>([
    ['a redirect', 'whoami', { redirectToLogin: true }],
    ['404', 'whoami', { status: 404 }],
    ['a page', 'user', { html: true }],
    ['too much', 'user', { bytes: 3_000_000 }],
  ])('keeps no account alive that is closed, by %s to %s', async (_what, route, fault) => {
    const { browser } = await signInAsMallory();
    stage.simulator.updateUser(mallory.name, { active: false });
    try {
      stage.simulator.faults.set(route, fault);
      expect((await browser.refresh()).backstageIdentity).toBeUndefined();
      stage.simulator.faults.clear();
      expect((await browser.refresh()).error!.message).toContain('USER_INACTIVE');
    } finally {
      stage.simulator.updateUser(mallory.name, { active: true });
    }
  });

  it('signs Mallory in as Mallory when it does not lie, so that the tests above can fail', async () => {
    const { session } = await signInAsMallory();
    expect(session.backstageIdentity!.identity.userEntityRef).toBe(asMallory);
  });
});
