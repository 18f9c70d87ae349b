import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import type { BitbucketSimulator } from '../../demo/bitbucket/BitbucketSimulator';
import { clock } from '../authenticator/support/createFakeClock';
import { createPatientHttp, fetchBitbucketUsers } from 'backstage-bitbucket-server';
import { bitbucketUser } from './worlds';

const token = 'an-http-access-token';
const authorization = `Bearer ${token}`;
const names = Array.from({ length: 25 }, (_, index) => `user-${String(index).padStart(2, '0')}`);

describe('the list of Bitbucket users', () => {
  let bitbucket: BitbucketSimulator;

  beforeEach(async () => {
    bitbucket = await startBitbucketSimulator({
      people: names.map(name => ({ user: bitbucketUser(name) })),
      serviceTokens: { [token]: 'user-00' },
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await bitbucket.close();
  });

  /** Reads with pages of ten; `between` runs before the page of that start is asked for. */
  async function read(
    between: Record<number, () => void> = {},
    more: { signal?: AbortSignal; filter?: string } = {},
  ) {
    const http = createPatientHttp({
      fetch: (input, init) => {
        const start = Number(new URL(String(input)).searchParams.get('start'));
        const change = between[start];
        delete between[start];
        change?.();
        return fetch(input, init);
      },
    });
    const { baseUrl } = bitbucket;
    const result = await fetchBitbucketUsers({
      http,
      baseUrl,
      authorization,
      pageSize: 10,
      ...more,
    });
    return { ...result, names: result.items.map(item => (item as { name: string }).name).sort() };
  }

  it('is read with directories, each page asked for once', async () => {
    const result = await read();
    expect(result.names).toEqual(names);
    expect(result.items[0]).toMatchObject({ mutableDetails: true });
    expect(bitbucket.counts['admin-users']).toBe(3);
    expect(bitbucket.counts.users).toBe(0);
  });

  it('loses nobody when people who were read already are removed between two pages', async () => {
    const result = await read({
      9: () => ['user-03', 'user-04', 'user-05'].forEach(name => bitbucket.removePerson(name)),
    });
    // Three places further in front, user-10 and user-11 are in the page that was read already.
    expect(result.names).toEqual(names);
    expect(result.notes).toEqual([]);
    expect(bitbucket.counts['admin-users']).toBeGreaterThan(3);
  });

  it('doubles nobody when somebody is added in front, and has the new one too', async () => {
    const result = await read({
      9: () => {
        // The simulator lists in the order of adding: all but the first one go behind the new one.
        const others = bitbucket.people.slice(1);
        bitbucket.addPerson({ user: bitbucketUser('new') });
        for (const person of others) {
          bitbucket.removePerson(String(person.user.name));
          bitbucket.addPerson(person);
        }
      },
    });
    expect(result.names).toEqual(['new', ...names]);
    expect(result.notes).toEqual([]);
  });

  it('gives everybody who was seen, and a note, when the list never stands still', async () => {
    let number = 0;
    const http = createPatientHttp({
      fetch: async (input, init) => {
        if (new URL(String(input)).searchParams.get('start') === '9') {
          bitbucket.removePerson(names[1 + number]!);
          number += 1;
        }
        return fetch(input, init);
      },
    });
    const { baseUrl } = bitbucket;
    const result = await fetchBitbucketUsers({ http, baseUrl, authorization, pageSize: 10 });
    expect(result.items.map(item => (item as { name: string }).name).sort()).toEqual(names);
    expect(result.notes).toEqual([
      expect.stringContaining('changed each of the 4 times it was read'),
    ]);
  });

  it('is asked for again when an attempt does not end within attemptTimeout', async () => {
    const asked: string[] = [];
    const http = createPatientHttp({
      attemptTimeout: { milliseconds: 200 },
      fetch: async (input, init) => {
        asked.push(new URL(String(input)).searchParams.get('start')!);
        if (asked.length > 1) return fetch(input, init);
        const { signal } = init!;
        return new Promise((_, reject) =>
          signal!.addEventListener('abort', () => reject(signal!.reason)),
        );
      },
    });
    const { baseUrl } = bitbucket;
    const result = await fetchBitbucketUsers({ http, baseUrl, authorization });
    expect(result.items).toHaveLength(names.length);
    expect(asked.slice(0, 2)).toEqual(['0', '0']);
  });

  it('is read without directories when the credential may not see them, and says so', async () => {
    bitbucket.faults.set('admin-users', { status: 403 });
    const result = await read();
    expect(result.names).toEqual(names);
    expect(result.items[0]).not.toHaveProperty('mutableDetails');
    expect(result.notes).toEqual([expect.stringContaining('may not read admin/users')]);
  });

  it('is searched by Bitbucket when a filter is given', async () => {
    expect((await read({}, { filter: 'user-1' })).names).toEqual(names.slice(10, 20));
  });

  it('says what is missing when it is interrupted, and keeps what was read', async () => {
    const controller = new AbortController();
    const result = await read({ 9: () => controller.abort() }, { signal: controller.signal });
    expect(result.names).toEqual(names.slice(0, 10));
    expect(result.missing).toBe('the Bitbucket users after the first 10');
  });

  it('waits as long as Bitbucket asks it to, longer than a sign-in would', async () => {
    bitbucket.faults.set(
      'admin-users-page-2',
      { status: 429, headers: { 'Retry-After': '120' } },
      { times: 2 },
    );
    const waits: number[] = [];
    const { sleep } = clock;
    jest.spyOn(clock, 'sleep').mockImplementation((ms, signal) => {
      // The clock of the whole call; the waits between attempts are the shorter ones.
      if (ms >= 600_000) return sleep(ms, signal);
      waits.push(ms);
      return Promise.resolve();
    });
    const http = createPatientHttp();
    const { baseUrl } = bitbucket;
    const result = await fetchBitbucketUsers({ http, baseUrl, authorization, pageSize: 10 });
    expect(result.items).toHaveLength(names.length);
    expect(waits).toEqual([120_000, 120_000]);
  });

  it.each([
    ['HTML instead of JSON', { html: true }, 'BITBUCKET_RESPONSE_INVALID'],
    ['another JSON', { json: { people: [] } }, 'BITBUCKET_RESPONSE_INVALID'],
    [
      'a page that points back',
      { json: { values: [], isLastPage: false, nextPageStart: 0 } },
      'BITBUCKET_RESPONSE_INVALID',
    ],
    ['the login page', { redirectToLogin: true }, 'BITBUCKET_REDIRECTED'],
  ])('refuses %s', async (_what, fault, code) => {
    bitbucket.faults.set('admin-users', fault);
    await expect(read()).rejects.toThrow(code);
  });
});
