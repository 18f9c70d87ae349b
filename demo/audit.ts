import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { runCli } from 'backstage-bitbucket-server';
import { readPeople } from './bitbucket/readPeople';
import type { SimulatedPerson } from './bitbucket/SimulatorOptions';
import { startBitbucketSimulator } from './bitbucket/startBitbucketSimulator';

const world = join(__dirname, 'world');
const day = 24 * 60 * 60_000;

/** When people last used Bitbucket is no part of the demo's payloads, so it is made up here. */
function withLastUse(person: SimulatedPerson, index: number): SimulatedPerson {
  return {
    ...person,
    directory: {
      directoryName: 'Bitbucket Internal Directory',
      mutableDetails: true,
      ...person.directory,
      lastAuthenticationTimestamp: Date.UTC(2026, 5, 30, 9) - ((index * 7) % 19) * day,
    },
  };
}

/** Audits the people of the demo: users from a Bitbucket simulator over HTTP, entities from the file. */
async function main(): Promise<number> {
  const token = randomBytes(16).toString('hex');
  const people = readPeople(join(world, 'users')).map(withLastUse);
  const bitbucket = await startBitbucketSimulator({ people, serviceTokens: { [token]: 'ada' } });
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort());
  try {
    const files = ['--config', join(world, 'app-config.yaml')];
    files.push('--entities', join(world, 'catalog.yaml'));
    const args = ['audit', ...files, '--html', 'temp/audit-report.html', ...process.argv.slice(2)];
    return await runCli(args, {
      stdout: text => void process.stdout.write(text),
      stderr: text => void process.stderr.write(text),
      env: {
        ...process.env,
        BITBUCKET_URL: bitbucket.baseUrl,
        BITBUCKET_TOKEN: token,
        BITBUCKET_SERVICE_TOKEN: token,
      },
      cwd: process.cwd(),
      isTerminal: process.stdout.isTTY && process.stderr.isTTY,
      width: process.stdout.columns || 120,
      signal: interruption.signal,
    });
  } finally {
    await bitbucket.close();
  }
}

main().then(
  exitCode => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
