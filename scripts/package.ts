// Writes the packages to `temp/packages`, as they are published: `npm publish temp/packages/<name>.tgz`.
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packPackages } from './packPackages';

async function main(): Promise<void> {
  const target = join(__dirname, '../temp/packages');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const { tarball, files } of await packPackages(target)) {
    console.log(`${relative(process.cwd(), tarball)} (${files.length} files)`);
  }
}

void main();
