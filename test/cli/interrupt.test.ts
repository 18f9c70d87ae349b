import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket/startBitbucketSimulator';
import { userEntity } from '../support/createEntityLookup';
import { startProgram } from './runProgram';
import { storedEntities } from './cliFolder';
import { bitbucketUser } from './worlds';

describe('the program', () => {
  it('ends at Ctrl-C with code 130, says what is missing, and leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-interrupt-'));
    const people = Array.from({ length: 600 }, (_, index) => ({
      user: bitbucketUser(`user-${index}`),
    }));
    const bitbucket = await startBitbucketSimulator({ people, serviceTokens: { token: 'user-0' } });
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const production = { baseUrl: bitbucket.baseUrl, signIn: { resolvers } };
    const config = { auth: { providers: { bitbucketServer: { production } } } };
    const entity = storedEntities(userEntity('user-0'));
    writeFileSync(join(folder, 'app-config.yaml'), JSON.stringify(config));
    writeFileSync(join(folder, 'entities.json'), JSON.stringify(entity));
    // The first page is answered, the second one never.
    bitbucket.faults.set('admin-users-page-2', { hold: new Promise(() => undefined) });
    try {
      const child = startProgram(['audit', '--entities', 'entities.json'], {
        cwd: folder,
        env: { BITBUCKET_TOKEN: 'token' },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', chunk => void (stdout += String(chunk)));
      child.stderr.on('data', chunk => void (stderr += String(chunk)));
      const ended = new Promise(resolve => child.once('close', resolve));
      await Promise.race([bitbucket.arrived('admin-users-page-2'), ended]);
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(stderr).toContain('missing are the Bitbucket users after the first 500');
      expect(stdout).toContain('INCOMPLETE: the Bitbucket users after the first 500');
      expect(stdout).toContain('signs in: 1, nobody: 499.');
    } finally {
      await bitbucket.close();
      rmSync(folder, { recursive: true });
    }
  });
});
