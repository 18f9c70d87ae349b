// Runs Jest and ends with one plain line, so that a person and a machine read the same result.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const folder = await mkdtemp(join(tmpdir(), 'jest-result-'));
const outputFile = join(folder, 'result.json');
const notRunFile = join(folder, 'not-run.txt');

function runJest() {
  const args = [require.resolve('jest/bin/jest'), '--json', `--outputFile=${outputFile}`];
  const jest = spawn(process.execPath, [...args, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, TESTS_NOT_RUN: notRunFile },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => jest.kill(signal));
  }
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('close', code => resolve(code ?? 1));
  });
}

async function readResult() {
  try {
    return JSON.parse(await readFile(outputFile, 'utf8'));
  } catch (error) {
    console.error(`Jest left no result: ${error.message}`);
    return undefined;
  }
}

/** What the filter in test/support/needsPrograms.cjs has left out, and why. */
async function printNotRun() {
  if (existsSync(notRunFile)) console.log(`\n${await readFile(notRunFile, 'utf8')}`);
}

try {
  let exitCode = await runJest();
  const result = await readResult();
  const passed = result?.numPassedTests ?? 0;
  // A test file that does not even load has no tests to count, and must not pass for that.
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  if (passed + failed === 0) {
    console.error('No test has run.');
    exitCode ||= 1;
  }
  if (failed > 0) exitCode ||= 1;
  await printNotRun();
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = exitCode;
} finally {
  await rm(folder, { recursive: true, force: true });
}
