import type { LogLine } from './createLogRecorder';
import type { Demo } from './Demo';
import { choosePort } from './choosePort';
import { DemoError } from './DemoError';
import { describePeople } from './describePeople';
import { findExpectations } from './findExpectations';
import { demoHelp, readDemoOptions } from './readDemoOptions';

let demo: Demo | undefined;
let stopping = false;

function stop(): void {
  // A second Ctrl-C, or one while it is still starting: there is nothing worth waiting for.
  if (stopping || !demo) process.exit(0);
  stopping = true;
  demo.stop().then(
    () => process.exit(0),
    (error: unknown) => fail(error),
  );
}

function fail(error: unknown): void {
  const text = error instanceof DemoError ? error.message : describeFailure(error);
  console.error(`The demo cannot run: ${text}`);
  process.exit(1);
}

/** A wrong config makes the backend refuse to start, and its message says which key. */
function describeFailure(error: unknown): string {
  const isConfigTrouble = error instanceof Error && error.name === 'BackendStartupError';
  return isConfigTrouble ? error.message : String(error instanceof Error ? error.stack : error);
}

/** What Backstage does is its own business, but how a sign-in went is what one is here to see. */
function printLine({ level, plugin, text }: LogLine): void {
  const worthReading =
    level === 'error' || level === 'warn' || (plugin === 'auth' && level === 'info');
  if (worthReading) console.log(`[${plugin}] ${level}: ${text.split('\n', 1)[0]}`);
}

async function main(): Promise<void> {
  const options = readDemoOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(demoHelp);
    return;
  }
  // Told before anything starts. A free port (0) is chosen by the demo itself.
  await choosePort(options.port ?? 0, '--port');
  await choosePort(options.bitbucketPort ?? 0, '--bitbucket-port');
  console.log('Starting Backstage and a Bitbucket Server …');
  // Loaded only now: the whole of Backstage takes a second, and a wrong option should be told at once.
  const { startDemo } = await import('./startDemo');
  demo = await startDemo({ ...options, onLog: printLine });
  console.log(`
${describePeople(demo.bitbucket.people, findExpectations(options))}

Bitbucket Server (simulated): ${demo.bitbucket.baseUrl}
Backstage is ready:           ${demo.appUrl}

Open Backstage, choose "Sign In" and pick a person. Ctrl-C ends the demo.
For other rules: --config demo/world/strict.app-config.yaml, or guests.app-config.yaml there.`);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
main().catch(fail);
