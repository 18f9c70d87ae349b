import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackedPackage } from '../packPackages';

const run = promisify(execFile);
const root = join(__dirname, '../..');
const matrix = join(root, 'test/matrix');
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];

/** A supported line of Backstage. */
export type Line = 'oldest' | 'newest';

/** Makes `folder` a project with a line of Backstage and the packed packages. */
export async function prepareProject(
  folder: string,
  line: Line,
  packages: readonly PackedPackage[],
): Promise<void> {
  if (line === 'oldest') await installOldest(folder, packages);
  else await linkNewest(folder, packages);
  cpSync(join(matrix, 'backend.cjs'), join(folder, 'backend.cjs'));
}

async function installOldest(folder: string, packages: readonly PackedPackage[]): Promise<void> {
  cpSync(join(matrix, 'oldest'), folder, { recursive: true });
  await run('npm', ['ci', ...quiet], { cwd: folder });
  const tarballs = packages.map(({ tarball }) => tarball);
  await run('npm', ['install', '--no-save', ...quiet, ...tarballs], { cwd: folder });
  // Compiling takes a minute, and this project's own binary fits when it is of the same version.
  const ours = join(root, 'node_modules/better-sqlite3-12');
  const theirs = join(folder, 'node_modules/better-sqlite3');
  if (versionIn(ours) !== versionIn(theirs)) {
    throw new Error(
      'test/matrix/oldest/package.json wants another better-sqlite3 than tools/better-sqlite3/package.json',
    );
  }
  cpSync(join(ours, 'build'), join(theirs, 'build'), { recursive: true });
}

/** The newest line is what this project itself is developed with. */
async function linkNewest(folder: string, packages: readonly PackedPackage[]): Promise<void> {
  const modules = join(folder, 'node_modules');
  const names = packages.map(({ name }) => name);
  mkdirSync(modules);
  // Backstage looks for the root of a project.
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "newest-backstage", "version": "0.0.0", "private": true }',
  );
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (names.includes(entry)) continue;
    symlinkSync(join(root, 'node_modules', entry), join(modules, entry));
  }
  for (const { name, tarball } of packages) {
    mkdirSync(join(modules, name));
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, name)]);
  }
}

/** Version of Backstage's auth backend in the project. */
export function authBackendVersion(folder: string): string {
  return versionIn(join(folder, 'node_modules/@backstage/plugin-auth-backend'));
}

function versionIn(folder: string): string {
  return readManifest(folder).version;
}

function readManifest(folder: string): { version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as never;
}
