import { startBitbucketSimulator } from '../../demo/bitbucket';
import type { BitbucketSimulator, Fault } from '../../demo/bitbucket';
import { createDirectoryLookup } from '../../src/directory';
import type { DirectoryLookupOptions } from '../../src/directory';
import { createBitbucketHttp } from '../../src/http';
import { createLogRecorder } from '../support/createLogRecorder';
import { person, readOnlyDirectory, subjectOf } from './support';

const token = 'service-token-0123456789';
const basic = `Basic ${Buffer.from('backstage-robot:p:ss wörd').toString('base64')}`;
const robot = person(1, 'backstage-robot', 'robot@corp.example', { password: 'p:ss wörd' });
const ada = person(7, 'ada', 'ada@corp.example', { directory: readOnlyDirectory });
const mallory = person(66, 'mallory', 'mallory@corp.example');
// Their display name or email contains "ada", so that Bitbucket's filter answers with them too.
const noise = Array.from({ length: 1_020 }, (_, i) =>
  person(2000 + i, `adam${i}`, `adam${i}@corp.example`),
);

describe('the lookup of directories, against Bitbucket Server', () => {
  let bitbucket: BitbucketSimulator;
  let clock: number;

  beforeEach(async () => {
    clock = 1_700_000_000_000;
    bitbucket = await startBitbucketSimulator({
      people: [robot, ...noise, ada, mallory],
      contextPath: '/bitbucket',
      serviceTokens: { [token]: 'backstage-robot' },
    });
  });

  afterEach(() => bitbucket.close());

  function create(options: Partial<DirectoryLookupOptions> = {}) {
    const log = createLogRecorder();
    const find = createDirectoryLookup({
      baseUrl: bitbucket.baseUrl,
      authorization: `Bearer ${token}`,
      http: createBitbucketHttp({ retries: 0, maxBytes: 1_000_000 }),
      now: () => clock,
      logger: log.logger,
      ...options,
    });
    return { find, lines: log.lines };
  }

  it('knows an account of a directory that its owner cannot edit, on whatever page it is', async () => {
    const { find, lines } = create();
    expect(await find(subjectOf(ada))).toEqual({
      readOnly: true,
      directoryName: 'Corporate LDAP',
    });
    expect(bitbucket.counts['admin-users-page-2']).toBe(1);
    expect(bitbucket.requests.map(({ path }) => path)).toEqual([
      '/bitbucket/rest/api/latest/admin/users',
      '/bitbucket/rest/api/latest/admin/users',
    ]);
    expect(bitbucket.requests[0]!.query.filter).toBe('ada');
    expect(lines).toEqual([]);
  });

  it('asks with a username and password when there is no token', async () => {
    const { find } = create({ authorization: basic });
    expect(await find(subjectOf(ada))).toMatchObject({ readOnly: true });
    expect(bitbucket.requests[0]!.headers.authorization).toBe(basic);
  });

  it('knows an account of a directory where people edit their own email', async () => {
    expect(await create().find(subjectOf(mallory))).toEqual({
      readOnly: false,
      directoryName: 'Bitbucket Internal Directory',
    });
  });

  it('relies on a directory that the administrator names, to the letter', async () => {
    const named = (name: string) => create({ trustedDirectories: ['Other', name] });
    const exact = named('Bitbucket Internal Directory');
    expect(await exact.find(subjectOf(mallory))).toMatchObject({ readOnly: true });
    const similar = named('bitbucket internal directory');
    expect(await similar.find(subjectOf(mallory))).toMatchObject({ readOnly: false });
  });

  it('never lets an email that was edited in an internal directory become trusted', async () => {
    const { find } = create();
    await find(subjectOf(mallory));
    bitbucket.updateUser('mallory', { emailAddress: 'ada@corp.example' });
    const forged = subjectOf(mallory, { email: 'ada@corp.example' });
    expect(await find(forged)).toMatchObject({ readOnly: false });
    // Not by the name, the id or the email of somebody in the read-only directory either.
    for (const more of [
      { username: 'ada' },
      { id: '7' },
      { username: 'ada', email: 'x@y.example' },
    ]) {
      expect(await find({ ...forged, ...more })).not.toMatchObject({ readOnly: true });
    }
  });

  it('does not know the directory when the email is not the one that is kept there', async () => {
    const { find } = create();
    for (const email of ['ada@corp.example ', 'ADA@corp.example', 'boss@corp.example']) {
      expect(await find(subjectOf(ada, { email }))).toEqual({
        unknown: 'Bitbucket Server lists another email address for this user',
      });
    }
  });

  it('does not know the directory of another user id under the same name', async () => {
    const { find } = create();
    expect(await find(subjectOf(ada, { id: '8' }))).toEqual({
      unknown: 'Bitbucket Server lists another user id under this name',
    });
    // Upstream's provider and the legacy one may not say the id.
    expect(await find(subjectOf(ada, { id: undefined }))).toMatchObject({ readOnly: true });
  });

  it('takes nothing but an equal name', async () => {
    bitbucket.removePerson('ada');
    bitbucket.addPerson(person(8, 'Ada', 'ada@corp.example', { directory: readOnlyDirectory }));
    const unknown = 'Bitbucket Server lists nobody under this name';
    expect(await create().find(subjectOf(ada))).toEqual({ unknown });
    bitbucket.addPerson(ada);
    bitbucket.addPerson({ ...ada, user: { ...ada.user, id: 9 } });
    expect(await create().find(subjectOf(ada, { id: undefined }))).toEqual({
      unknown: 'Bitbucket Server lists 2 users under this name',
    });
  });

  it('asks nothing for an email that a transform made, and without a name or an email', async () => {
    const { find } = create();
    for (const more of [
      { emailOrigin: 'derived' as const },
      { email: undefined, emailOrigin: undefined },
      { username: undefined },
    ]) {
      expect(await find(subjectOf(ada, more))).toHaveProperty('unknown');
    }
    expect(bitbucket.counts['admin-users']).toBe(0);
  });

  it.each<[string, Fault]>([
    ['a list of something else', { json: { values: [{ name: 'ada' }], isLastPage: true } }],
    [
      'a user without the flag',
      {
        json: {
          values: [{ id: 7, name: 'ada', emailAddress: 'ada@corp.example' }],
          isLastPage: true,
        },
      },
    ],
    [
      'a flag that is no flag',
      {
        json: {
          values: [{ id: 7, name: 'ada', emailAddress: 'ada@corp.example', mutableDetails: 'no' }],
          isLastPage: true,
        },
      },
    ],
  ])('does not know the directory after %s', async (_what, fault) => {
    bitbucket.faults.set('admin-users', fault);
    expect(await create().find(subjectOf(ada))).toHaveProperty('unknown');
  });

  it.each<[string, Fault, string]>([
    ['a credential without a licence', { status: 401 }, 'BITBUCKET_REFUSED'],
    ['a rate limit', { status: 429 }, 'BITBUCKET_RATE_LIMITED'],
    ['a server error', { status: 500 }, 'BITBUCKET_UNAVAILABLE'],
    ['a reset', { reset: true }, 'BITBUCKET_UNREACHABLE'],
    ['a login page', { html: true }, 'BITBUCKET_RESPONSE_INVALID'],
    ['a redirect', { redirectToLogin: true }, 'BITBUCKET_REDIRECTED'],
    ['a cut answer', { cut: 'connection' }, 'BITBUCKET_UNREACHABLE'],
    ['a page of something else', { json: { users: [] } }, 'BITBUCKET_RESPONSE_INVALID'],
    [
      'a page without an end',
      { json: { values: [], isLastPage: false, nextPageStart: 0 } },
      'BITBUCKET_RESPONSE_INVALID',
    ],
    ['a body without measure', { bytes: 1_000_001 }, 'BITBUCKET_RESPONSE_TOO_LARGE'],
  ])('does not know the directory after %s, and says so once', async (_what, fault, code) => {
    const { find, lines } = create();
    bitbucket.faults.set('admin-users', fault);
    const unknown = `Bitbucket Server did not answer (${code})`;
    expect(await find(subjectOf(ada))).toEqual({ unknown });
    expect(await find(subjectOf(mallory))).toEqual({ unknown });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      `warn: Bitbucket Server does not say which directories accounts are in`,
    );
    expect(lines[0]).toContain(code);

    bitbucket.faults.clear();
    clock += 10_001;
    expect(await find(subjectOf(ada))).toMatchObject({ readOnly: true });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      /^info: Bitbucket Server answers requests for directories again, after 2 failures in \d+ s$/,
    );
  });

  it('says a new incident again', async () => {
    const { find, lines } = create();
    for (const round of [1, 2]) {
      bitbucket.faults.set('admin-users', { status: 503 }, { times: 2 });
      await find(subjectOf(ada, { email: `a${round}@corp.example` }));
      await find(subjectOf(ada, { email: `b${round}@corp.example` }));
      await find(subjectOf(ada, { email: `c${round}@corp.example` }));
    }
    expect(lines.map(line => line.split(':')[0])).toEqual(['warn', 'info', 'warn', 'info']);
  });

  it('tells nobody the credential, even when the server echoes it', async () => {
    const secrets = [token, 'p:ss wörd', basic.replace('Basic ', '')];
    for (const authorization of [`Bearer ${token}`, basic]) {
      const { find, lines } = create({ authorization });
      const message = `wrong: ${secrets.join(' ')}`;
      const body = { errors: [{ context: null, message, exceptionName: message }] };
      bitbucket.faults.set('admin-users', { status: 401, body });
      const answer = await find(subjectOf(ada));
      const said = [JSON.stringify(answer), ...lines].join('\n');
      expect(said).toContain('check the credential under "directory"');
      expect(said).not.toContain(authorization.split(' ')[1]);
      if (authorization === basic) expect(said).not.toContain('p:ss');
    }
  });

  it('keeps an answer for five minutes, and that there is none for ten seconds', async () => {
    const { find } = create();
    const asked = async (who: typeof ada, more = {}) => {
      bitbucket.clearRequests();
      await find(subjectOf(who, more));
      return bitbucket.counts['admin-users'] > 0;
    };
    expect(await asked(mallory)).toBe(true);
    clock += 300_000;
    expect(await asked(mallory)).toBe(false);
    expect(await asked(mallory, { refresh: true, slug: 'm' })).toBe(false);
    clock += 1;
    expect(await asked(mallory)).toBe(true);

    expect(await asked(mallory, { email: 'other@corp.example' })).toBe(true);
    clock += 10_000;
    expect(await asked(mallory, { email: 'other@corp.example' })).toBe(false);
    clock += 1;
    expect(await asked(mallory, { email: 'other@corp.example' })).toBe(true);
  });

  it('keeps nothing with a time of zero', async () => {
    const { find } = create({ ttl: { milliseconds: 0 } });
    await find(subjectOf(mallory));
    await find(subjectOf(mallory));
    expect(bitbucket.counts['admin-users']).toBe(2);
  });

  it('keeps no more answers than it may', async () => {
    const { find } = create({ maxEntries: 2 });
    for (const who of [mallory, robot, noise[0]!]) await find(subjectOf(who));
    bitbucket.clearRequests();
    await find(subjectOf(robot));
    expect(bitbucket.counts['admin-users']).toBe(0);
    await find(subjectOf(mallory));
    expect(bitbucket.counts['admin-users']).toBe(1);
  });

  it('asks once for the same person at the same time', async () => {
    const { find } = create();
    const answers = await Promise.all(Array.from({ length: 50 }, () => find(subjectOf(mallory))));
    expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
    expect(bitbucket.counts['admin-users']).toBe(1);
  });

  it('survives a client that breaks its contract', async () => {
    const broken = () => {
      throw new TypeError('boom\n');
    };
    const { find, lines } = create({ http: { getJson: broken, postForm: broken } });
    expect(await find(subjectOf(ada))).toEqual({
      unknown: 'Bitbucket Server did not answer (unexpected error)',
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
  });
});
