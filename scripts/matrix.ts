// Signs in with the packed packages, and audits with them, beside the oldest and the newest supported line of Backstage.
// `npm run matrix -- oldest` for one of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLine, waysOf } from './matrix/checkLine';
import type { Line } from './matrix/prepareProject';
import { packPackages } from './packPackages';

async function main(): Promise<void> {
  const lines = (process.argv.length > 2 ? process.argv.slice(2) : Object.keys(waysOf)) as Line[];
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  try {
    const packages = await packPackages(folder);
    for (const line of lines) {
      for await (const { authBackend, check, seconds, problems } of checkLine(line, packages)) {
        const verdict = problems.length === 0 ? 'ok' : `FAILED: ${problems.join('; ')}`;
        console.log(
          `${line} (auth backend ${authBackend}), ${check}: ${verdict} (${seconds.toFixed(1)} s)`,
        );
        if (problems.length > 0) process.exitCode = 1;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
