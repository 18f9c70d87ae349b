import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import { userEntity } from '../support/createEntityLookup';
import { useFolder } from '../support/useFolder';
import { storedEntities } from './cliFolder';
import { startProgram } from './runProgram';
import { bitbucketUser } from './worlds';

const usersOf = (count: number) =>
  Array.from({ length: count }, (_, index) => bitbucketUser(`user-${index}`));

/** A Bitbucket with so many users, who are listed to whoever has the token. */
const startBitbucket = (count: number) =>
  startBitbucketSimulator({
    people: usersOf(count).map(user => ({ user })),
    serviceTokens: { token: 'user-0' },
  });

describe('the program', () => {
  const folder = useFolder();

  function configure(baseUrl: string, backendUrl = 'http://127.0.0.1:9') {
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const production = { baseUrl, dangerouslyAllowHttp: true, signIn: { resolvers } };
    const auth = { providers: { bitbucketServer: { production } } };
    folder.write('app-config.yaml', { backend: { baseUrl: backendUrl }, auth });
  }

  const start = (args: readonly string[], env = {}) =>
    startProgram(['audit', ...args], { cwd: folder.path, env });

  it('takes a closed pipe for an end, and still writes its files', async () => {
    configure('http://127.0.0.1:9');
    folder.write('users.json', usersOf(3_000));
    folder.write('entities.json', storedEntities(userEntity('user-0')));
    const files = ['--users', 'users.json', '--entities', 'entities.json', '--csv', 'a.csv'];
    const { child, ended } = start([...files, '--json']);
    child.stdout.once('data', () => child.stdout.destroy());
    const { exitCode, stderr } = await ended;
    expect(stderr).toBe(`Wrote ${join(folder.path, 'a.csv')}\n`);
    expect(exitCode).toBe(0);
    expect(folder.read('a.csv')).toContain('user-2999');
  });

  it('reads many pages over HTTP without a warning', async () => {
    let pages = 0;
    const catalog = createServer((_request, response) => {
      pages += 1;
      const pageInfo = pages < 40 ? { nextCursor: `page-${pages}` } : {};
      const items = [userEntity(`user-${pages}`)];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ items, totalItems: 40, pageInfo }));
    });
    await new Promise<void>(resolve => catalog.listen(0, '127.0.0.1', resolve));
    const bitbucket = await startBitbucket(12_000);
    try {
      configure(bitbucket.baseUrl, `http://127.0.0.1:${(catalog.address() as AddressInfo).port}`);
      const { exitCode, stdout, stderr } = await start(['--limit', '0'], {
        BITBUCKET_TOKEN: 'token',
      }).ended;
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('signs in: 40, no match: 11960');
      expect(pages).toBe(40);
    } finally {
      await bitbucket.close();
      await new Promise(resolve => catalog.close(resolve));
    }
  });

  it('ends at Ctrl-C with code 130, says what is missing, and leaves nothing behind', async () => {
    const bitbucket = await startBitbucket(600);
    configure(bitbucket.baseUrl);
    folder.write('entities.json', storedEntities(userEntity('user-0')));
    // The first page is answered, the second one never.
    bitbucket.faults.set('admin-users-page-2', { hold: new Promise(() => undefined) });
    try {
      const { child, ended } = start(['--entities', 'entities.json'], { BITBUCKET_TOKEN: 'token' });
      await Promise.race([bitbucket.arrived('admin-users-page-2'), ended]);
      child.kill('SIGINT');
      const { exitCode, stdout, stderr } = await ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('missing: the Bitbucket users after the first 500');
      expect(stdout).toContain('INCOMPLETE: the Bitbucket users after the first 500');
      expect(stdout).toContain('signs in: 1, no match: 499.');
    } finally {
      await bitbucket.close();
    }
  });
});
