import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import type { BitbucketSimulator } from '../../demo/bitbucket/BitbucketSimulator';
import type { AuditReport } from 'backstage-bitbucket-server';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const day = 24 * 60 * 60_000;

describe('an audit with emailTrust "readOnlyDirectory"', () => {
  let folder: string;
  let bitbucket: BitbucketSimulator;

  beforeAll(async () => {
    const ada = bitbucketUser('ada', { emailAddress: 'ada@corp.example' });
    const directory = {
      directoryName: 'LDAP',
      mutableDetails: false,
      lastAuthenticationTimestamp: Date.now() - 100 * day,
    };
    bitbucket = await startBitbucketSimulator({
      people: [{ user: ada, directory }, { user: bitbucketUser('bob') }],
      serviceTokens: { production: 'ada', mine: 'bob' },
    });
    folder = mkdtempSync(join(tmpdir(), 'audit-directories-'));
    writeFileSync(join(folder, 'plain.json'), JSON.stringify([ada]));
    const entity = (name: string, profile: string) =>
      `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: { name: ${name} }\nspec: { memberOf: [], profile: ${profile} }\n`;
    const entities = [entity('ada.x', '{ email: ada@corp.example }'), entity('ada', '{}')];
    writeFileSync(join(folder, 'entities.yaml'), entities.join('---\n'));
    const resolvers = [
      { resolver: 'emailMatchingUserEntityProfileEmail', emailTrust: 'readOnlyDirectory' },
      { resolver: 'usernameMatchingUserEntityName' },
    ];
    const production = {
      baseUrl: bitbucket.baseUrl,
      directory: { token: '${DIRECTORY_TOKEN}' },
      signIn: { resolvers },
    };
    const auth = { providers: { bitbucketServer: { production } } };
    writeFileSync(join(folder, 'app-config.yaml'), JSON.stringify({ auth }));
  });

  afterAll(async () => {
    await bitbucket.close();
    rmSync(folder, { recursive: true });
  });

  async function audit(env: Record<string, string>, ...args: string[]) {
    const result = await runInMemory(['audit', '--json', '--entities', 'entities.yaml', ...args], {
      cwd: folder,
      env,
    });
    const report = JSON.parse(result.stdout) as AuditReport;
    return { ...result, report, ada: report.people.find(({ username }) => username === 'ada')! };
  }

  it('asks with the credential of the sign-in, beside that of the audit', async () => {
    bitbucket.clearRequests();
    const env = { BITBUCKET_TOKEN: 'mine', DIRECTORY_TOKEN: 'production' };
    const { ada } = await audit(env);
    expect(ada).toMatchObject({ outcome: 'signsIn', entityRef: 'user:default/ada.x' });
    const tokens = bitbucket.requests.map(({ headers }) => headers.authorization);
    expect(new Set(tokens)).toEqual(new Set(['Bearer mine', 'Bearer production']));
  });

  it('knows that nobody is trusted when Bitbucket refuses that credential', async () => {
    const env = { BITBUCKET_TOKEN: 'mine', DIRECTORY_TOKEN: 'revoked' };
    const { ada, report } = await audit(env);
    expect(ada).toMatchObject({ outcome: 'signsIn', entityRef: 'user:default/ada' });
    expect(report.notes.join()).toContain('BITBUCKET_REFUSED');
    const explain = ['explain', 'user:default/ada', '--entities', 'entities.yaml'];
    const { stdout, exitCode } = await runInMemory(explain, { cwd: folder, env });
    expect(stdout).toContain('One Bitbucket account signs in as this entity:\n  ada ');
    expect(exitCode).toBe(0);
  });

  it('asks once when both are the same, and says so when the credential is not here', async () => {
    bitbucket.clearRequests();
    await audit({ DIRECTORY_TOKEN: 'production' });
    expect(bitbucket.requests).toHaveLength(1);
    const { report } = await audit({ BITBUCKET_TOKEN: 'mine' });
    expect(report.notes.join()).toContain('could not be read as the sign-in does');
  });

  it('fails --fail-under for somebody who is unknown, and explain says why', async () => {
    const args = ['--users', 'plain.json'];
    const { ada, exitCode, stderr } = await audit({}, ...args, '--fail-under', '0');
    expect(ada.outcome).toBe('unknown');
    expect(exitCode).toBe(1);
    expect(stderr).toBe('Failed: 1 person is unknown (--fail-under)\n');
    expect((await audit({}, ...args)).exitCode).toBe(0);
    const explain = ['explain', 'ada', ...args, '--entities', 'entities.yaml'];
    const explained = await runInMemory(explain, { cwd: folder });
    expect(explained.exitCode).toBe(1);
    expect(explained.stderr).toContain('Unknown: the directory of the account is not known');
  });

  it('leaves out who was not seen within --used-within', async () => {
    const env = { DIRECTORY_TOKEN: 'production' };
    const { report } = await audit(env, '--used-within', '90d');
    expect(report.summary).toMatchObject({ total: 2, expected: 0, counts: { unused: 2 } });
    const { report: longer } = await audit(env, '--used-within', '110');
    expect(longer.summary).toMatchObject({ expected: 1, coverage: 100 });
    const wrong = await runInMemory(['audit', '--used-within', 'long'], { cwd: folder });
    expect(wrong.stderr).toContain('Give a number of days such as 90d.');
    expect(wrong.exitCode).toBe(2);
  });
});
