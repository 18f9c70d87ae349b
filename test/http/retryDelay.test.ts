import { createBitbucketHttp } from '../../src/http';
import { clock } from '../authenticator/support/createFakeClock';

const url = 'https://git.example.com/rest/api/latest/users';
const now = Date.UTC(2030, 0, 1);

/** The milliseconds that the client waits between the attempts of a GET that keeps failing. */
async function delaysOf(
  retryAfter: string | null,
  { retries, random }: { retries: number; random: number },
): Promise<number[]> {
  const asked: number[] = [];
  jest.spyOn(Math, 'random').mockReturnValue(random);
  clock.now = () => now;
  clock.sleep = (ms, signal) => {
    asked.push(ms);
    // The first wait is the time limit of the whole call.
    return asked.length === 1
      ? new Promise(resolve => signal?.addEventListener('abort', () => resolve()))
      : Promise.resolve();
  };
  const http = createBitbucketHttp({
    retries,
    timeout: { minutes: 1 },
    fetch: async () =>
      new Response('', { status: 503, headers: retryAfter ? { 'retry-after': retryAfter } : {} }),
  });
  await expect(http.getJson(url)).rejects.toMatchObject({ code: 'BITBUCKET_UNAVAILABLE' });
  return asked.slice(1);
}

afterEach(() => jest.restoreAllMocks());

describe('the wait before the next attempt', () => {
  const usual = 100;

  it.each<[string | null, number]>([
    [null, usual],
    ['0', 0],
    [' 7 ', 7_000],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['-1', usual],
    ['1.5', usual],
    ['soon', usual],
    ['99999999999', usual],
  ])('after Retry-After %j is %i ms', async (header, ms) => {
    expect(await delaysOf(header, { retries: 1, random: 0.5 })).toEqual([ms]);
  });

  it('grows, up to two seconds, and has jitter', async () => {
    const most = await delaysOf(null, { retries: 6, random: 0.999_999 });
    expect(most).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
    expect(await delaysOf(null, { retries: 2, random: 0 })).toEqual([0, 0]);
  });
});
