import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator } from '../../demo/bitbucket';
import { link } from '../authenticator/faults/createFaultStage';
import { startUpstream } from '../authenticator/faults/startUpstream';
import type { AuthBackend } from '../authenticator/support/startAuthBackend';
import { allow } from '../authenticator/support/allow';
import { jane } from '../authenticator/support/people';

// docs/migrating.md says of upstream's authenticator what is shown here.

const odd = { ...jane, id: 202, name: 'odd@corp.example', slug: 'odd_corp.example' };
const plain = { ...jane, id: 203, name: 'plain', slug: 'plain' };

describe("upstream's authenticator", () => {
  let simulator: BitbucketSimulator;
  let backend: AuthBackend;

  beforeAll(async () => {
    simulator = await startBitbucketSimulator({
      people: [
        { user: plain },
        { user: { ...plain, id: 204, name: 'left', slug: 'left', active: false } },
        { user: { ...plain, id: 205, name: 'robot', slug: 'robot', type: 'SERVICE' } },
        { user: odd },
      ],
      clients: [{ ...link, redirectUris: [], scopes: [] }],
    });
    backend = await startUpstream(simulator);
  });

  afterAll(async () => {
    await backend.stop();
    await simulator.close();
  });

  async function signIn(name: string) {
    const browser = backend.createBrowser();
    return browser.comeBack(allow(simulator, name, await browser.start()));
  }

  it.each(['plain', 'left', 'robot'])('signs in %s, active or not', async name => {
    const { backstageIdentity } = await signIn(name);
    expect(backstageIdentity!.identity.userEntityRef).toBe(`user:default/${name}`);
  });

  it('does not find an account whose username differs from its slug', async () => {
    const { backstageIdentity, error } = await signIn(odd.name);
    expect(backstageIdentity).toBeUndefined();
    expect(error!.message).toContain('Failed to retrieve the user');
    expect(simulator.requests.at(-1)).toMatchObject({
      path: '/rest/api/latest/users/odd%40corp.example',
      status: 404,
    });
  });
});
