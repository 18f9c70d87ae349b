// Lints the packed tarballs: the manifest (publint) and how TypeScript and Node.js resolve it (attw).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './packPackages';

const programs = join(__dirname, '../node_modules/.bin');

async function checkPackage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'check-package-'));
  try {
    for (const { tarball } of await packPackages(folder)) {
      for (const [program, ...args] of [
        ['publint', 'run', tarball, '--strict'],
        // Like every Backstage feature, ours is `exports.default` of CommonJS; `backend.add` unwraps that.
        ['attw', tarball, '--ignore-rules', 'cjs-only-exports-default'],
      ] as const) {
        const { status } = spawnSync(join(programs, program), args, { stdio: 'inherit' });
        if (status !== 0) process.exitCode = 1;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void checkPackage();
