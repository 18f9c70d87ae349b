import type { BitbucketSimulator } from '../bitbucket/BitbucketSimulator';
import { readPeople } from '../bitbucket/readPeople';
import { startBitbucketSimulator } from '../bitbucket/startBitbucketSimulator';
import { choosePort } from '../choosePort';
import { DemoError } from '../DemoError';
import { describePeople } from '../describePeople';
import { fillInBaseUrl } from '../fillInBaseUrl';
import { describeAppConfig, describeEntities } from './describeSetup';
import { ownAppHelp, readOwnAppOptions } from './readOwnAppOptions';

let bitbucket: BitbucketSimulator | undefined;

function stop(): void {
  const closed = bitbucket ? bitbucket.close() : Promise.resolve();
  closed.then(() => process.exit(0), fail);
}

function fail(error: unknown): void {
  const isExpected = error instanceof DemoError;
  const text = isExpected ? error.message : String(error instanceof Error ? error.stack : error);
  console.error(`The simulator cannot run: ${text}`);
  process.exit(1);
}

function readUsers(path: string) {
  try {
    return readPeople(path);
  } catch (error) {
    throw new DemoError((error as Error).message);
  }
}

async function main(): Promise<void> {
  const options = readOwnAppOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(ownAppHelp);
    return;
  }
  const { clientId, clientSecret, redirectUrls, scopes, contextPath = '' } = options;
  const people = readUsers(options.users);
  const port = await choosePort(options.port, '--port');
  // A name and no address, because the annotations of entities begin with it.
  const baseUrl = `http://localhost:${port}${contextPath}`;
  bitbucket = await startBitbucketSimulator({
    people: fillInBaseUrl(people, baseUrl),
    port,
    contextPath,
    clients: [{ clientId, clientSecret, redirectUris: redirectUrls, scopes }],
  });
  console.log(`# 1. Into app-config.local.yaml of your Backstage:

${describeAppConfig(options, baseUrl)}
# 2. At the end of a catalog file whose rules allow the kind User. Add more people in the same
#    way: the annotation holds the id of their Bitbucket account.

${describeEntities(bitbucket.people, baseUrl)}
# 3. People to sign in as. Those without an entity are refused:

${describePeople(bitbucket.people, undefined)}

Bitbucket Server (simulated) is ready: ${baseUrl}
It accepts the redirect ${redirectUrls.join(' and ')}. Ctrl-C ends it.`);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
main().catch(fail);
