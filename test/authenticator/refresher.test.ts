import { createRefresher } from '../../src/authenticator/refresher';
import { createSealedNotes } from '../../src/authenticator/sealedNotes';
import type { TokenAnswer } from '../../src/authenticator/session';
import { SignInError } from '../../src/errors';
import { parseBitbucketServerUser } from '../../src/profile';
import { deferred } from '../support/controlled';
import { jane } from './support/people';

const config = {
  baseUrl: 'https://git.corp.com',
  clientId: 'c',
  clientSecret: 'a-long-secret-value',
};

describe('a browser that leaves while its exchange waits for its turn', () => {
  it('takes nobody with it who has joined the exchange meanwhile', async () => {
    const waits = deferred<TokenAnswer>();
    const begun = deferred();
    const asked: string[] = [];
    const { refresh } = createRefresher({
      notes: createSealedNotes(
        config as Parameters<typeof createSealedNotes>[0],
        undefined,
        undefined,
      ),
      readUser: async () => parseBitbucketServerUser(jane),
      exchange: async token => {
        begun.resolve();
        return asked.push(token) === 1 ? waits.promise : { accessToken: 'a', refreshToken: 'new' };
      },
      timeoutMs: 10_000,
      profileCacheTtlMs: 0,
      staleIfErrorMs: 0,
    });
    const patience = new AbortController();
    const left = refresh('old', patience.signal);
    await begun.promise;
    patience.abort();
    const stays = refresh('old');
    await expect(left).rejects.toMatchObject({ code: 'REQUEST_ABORTED' });
    expect(asked).toEqual(['old']);
    waits.reject(new SignInError('REQUEST_ABORTED', { phase: 'token', detail: 'left the queue' }));
    expect(await stays).toMatchObject({ tokens: { accessToken: 'a', refreshToken: 'new' } });
    expect(asked).toEqual(['old', 'old']);
  });
});
