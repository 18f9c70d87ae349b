import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConfigReader } from '@backstage/config';
import { createBitbucketServerAuthenticator } from '../../src/authenticator';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are still in use when nothing is under way. */
async function settledHeap(): Promise<number> {
  await new Promise(resolve => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}

// Twenty thousand exchanges: seconds on a quiet machine, more on a busy one.
jest.setTimeout(300_000);

describe('the memory of the authenticator', () => {
  const times = 5_000;

  it.each<[string, (token: string) => Promise<Response>]>([
    [
      'tokens that Bitbucket refuses',
      async () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
    ],
    ['exchanges that fail', async () => Response.json({}, { status: 503 })],
  ])('holds nothing of %s', async (_name, fetch) => {
    const authenticator = createBitbucketServerAuthenticator({
      fetch: input => fetch(String(input)),
    });
    const context = authenticator.initialize({
      config: new ConfigReader({ clientId: 'a', clientSecret: 'b', host: 'git.example.com' }),
      callbackUrl: 'https://backstage.example.com/api/auth/bitbucketServer/handler/frame',
    });
    const refresh = (refreshToken: string) =>
      authenticator.refresh({ req: {} as never, refreshToken, scope: '' }, context).then(
        () => 'refreshed',
        ({ code }: { code: string }) => code,
      );
    const round = async (prefix: string) => {
      const tokens = Array.from({ length: times }, (_, index) => `${prefix}-${index}`);
      const outcomes = new Set(await Promise.all(tokens.map(refresh)));
      expect(outcomes.has('refreshed')).toBe(false);
    };
    await round('warm-up');
    const before = await settledHeap();
    await round('made-up');
    const grown = (await settledHeap()) - before;
    // One entry for each would be more than a kilobyte.
    expect(grown / times).toBeLessThan(500);
  });
});
