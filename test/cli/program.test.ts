import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import { userEntity } from '../support/createEntityLookup';
import { startProgram } from './runProgram';
import { storedEntities } from './cliFolder';
import { bitbucketUser } from './worlds';

describe('the program', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-program-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function configure(baseUrl: string, backendUrl = 'http://127.0.0.1:9') {
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const production = { baseUrl, dangerouslyAllowHttp: true, signIn: { resolvers } };
    const auth = { providers: { bitbucketServer: { production } } };
    const config = { backend: { baseUrl: backendUrl }, auth };
    writeFileSync(join(folder, 'app-config.yaml'), JSON.stringify(config));
  }

  it('takes a closed pipe for an end, and still writes its files', async () => {
    configure('http://127.0.0.1:9');
    const users = Array.from({ length: 3000 }, (_, index) => bitbucketUser(`user-${index}`));
    writeFileSync(join(folder, 'users.json'), JSON.stringify(users));
    writeFileSync(
      join(folder, 'entities.json'),
      JSON.stringify(storedEntities(userEntity('user-0'))),
    );
    const files = ['--users', 'users.json', '--entities', 'entities.json', '--csv', 'a.csv'];
    const child = startProgram(['audit', ...files, '--json'], { cwd: folder });
    let stderr = '';
    child.stderr.on('data', chunk => void (stderr += String(chunk)));
    child.stdout.once('data', () => child.stdout.destroy());
    const exitCode = await new Promise(resolve => child.once('close', resolve));
    expect(stderr).toBe(`Wrote ${join(folder, 'a.csv')}\n`);
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toContain('user-2999');
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
    const people = Array.from({ length: 12_000 }, (_, index) => ({
      user: bitbucketUser(`user-${index}`),
    }));
    const bitbucket = await startBitbucketSimulator({ people, serviceTokens: { token: 'user-0' } });
    try {
      configure(bitbucket.baseUrl, `http://127.0.0.1:${(catalog.address() as AddressInfo).port}`);
      const child = startProgram(['audit', '--limit', '0'], {
        cwd: folder,
        env: { BITBUCKET_TOKEN: 'token' },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', chunk => void (stdout += String(chunk)));
      child.stderr.on('data', chunk => void (stderr += String(chunk)));
      const exitCode = await new Promise(resolve => child.once('close', resolve));
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('signs in: 40, nobody: 11960');
      expect(pages).toBe(40);
    } finally {
      await bitbucket.close();
      await new Promise(resolve => catalog.close(resolve));
    }
  });
});
