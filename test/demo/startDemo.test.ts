import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { refreshOverHttp, signInOverHttp } from '../support/signInOverHttp';

describe('A demo with a config and a database of its own', () => {
  let folder: string;
  let demo: Demo;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-database-'));
    const development = { profileCacheTtl: { milliseconds: 0 } };
    demo = await startDemo({
      frontend: false,
      config: { auth: { providers: { bitbucketServer: { development } } } },
      database: { client: 'better-sqlite3', connection: { directory: folder } },
    });
  });

  afterAll(async () => {
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps the data of the plugins there', async () => {
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(['auth.sqlite', 'catalog.sqlite']),
    );
  });

  it('without a profile cache refuses the next refresh of somebody who was deactivated meanwhile', async () => {
    const { response, session } = await signInOverHttp(demo.backendUrl, 'linus');
    expect(response?.backstageIdentity).toBeDefined();
    demo.bitbucket.updateUser('linus', { active: false });

    expect((await refreshOverHttp(session)).response).toBeUndefined();
    expect(demo.logs.some(line => line.includes('USER_INACTIVE'))).toBe(true);
  });

  it('rejects with the reason when a port is taken or the config is wrong', async () => {
    const development = { clientSecret: '' };
    const config = { auth: { providers: { bitbucketServer: { development } } } };
    await expect(
      startDemo({ frontend: false, config, port: Number(new URL(demo.appUrl).port) }),
    ).rejects.toThrow('already in use; choose another with --port');
    await expect(startDemo({ frontend: false, config })).rejects.toThrow(
      'auth.providers.bitbucketServer.development.clientSecret',
    );
  });

  it('may be stopped twice', async () => {
    const other = await startDemo({ frontend: false });
    await other.stop();
    await other.stop();
    await expect(fetch(other.bitbucket.baseUrl)).rejects.toThrow();
    await expect(fetch(other.backendUrl)).rejects.toThrow();
  });
});
