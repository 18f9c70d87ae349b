import { startDemo } from '../../demo/startDemo';
import type { Demo } from '../../demo/Demo';
import { useCliFolder } from './cliFolder';

describe('the doctor, before a real Backstage', () => {
  const folder = useCliFolder();
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ frontend: false });
  });

  afterAll(async () => {
    await demo?.stop();
  });

  async function callback(change: object = {}) {
    const development = {
      baseUrl: demo.bitbucket.baseUrl,
      clientId: 'x',
      clientSecret: 'y',
      ...change,
    };
    const auth = { providers: { bitbucketServer: { development } } };
    folder.write('app-config.yaml', { backend: { baseUrl: demo.backendUrl }, auth });
    const { stdout } = await folder.run('doctor');
    return stdout.split('\n').filter(line => line.includes(' callback URL: '));
  }

  it('compares the callback URL and the client with those of the running backend', async () => {
    expect(await callback()).toEqual([
      expect.stringMatching(/^fail callback URL: the running backend has another clientId/),
    ]);
    expect(await callback({ callbackUrl: 'https://other.example/frame' })).toEqual([
      expect.stringMatching(
        /^fail callback URL: the running backend sends "http.*handler\/frame", but this/,
      ),
    ]);
    expect(await callback({ clientId: undefined })).toEqual([
      `ok   callback URL: the running backend sends ${demo.backendUrl}/api/auth/bitbucketServer/handler/frame, as in this config`,
    ]);
  });
});
