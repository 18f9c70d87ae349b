import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '..');

/** The library, and the command line where it is a package of its own. */
const folders = ['.', 'cli'].filter(folder => existsSync(join(root, folder, 'package.json')));

/** What a package.json needs for development and nowhere else. */
const developmentKeys = [
  'private',
  'workspaces',
  'scripts',
  'devDependencies',
  'overrides',
  'allowScripts',
];

/** A package as its users get it. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
  /** Paths inside the package, sorted. */
  readonly files: readonly string[];
}

/** Builds the packages of this project and packs each into a tarball in `target`; the library comes first. */
export async function packPackages(target: string): Promise<[PackedPackage, ...PackedPackage[]]> {
  await npm(root, 'run', 'clean', '--workspaces', '--include-workspace-root', '--if-present');
  await npm(root, 'run', 'build');
  const [library, ...others] = folders;
  const packed: [PackedPackage, ...PackedPackage[]] = [await packPackage(library!, target)];
  for (const folder of others) packed.push(await packPackage(folder, target));
  return packed;
}

/** npm chooses the files; then package.json loses what is for development, and npm packs once more. */
async function packPackage(folder: string, target: string): Promise<PackedPackage> {
  const workshop = await mkdtemp(join(tmpdir(), 'pack-'));
  try {
    const { tarball } = await pack(join(root, folder), workshop);
    const stage = join(workshop, 'stage');
    await mkdir(stage);
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', stage]);
    publishManifest(join(stage, 'package.json'));
    // Packages of a workspace share the licence of the project.
    await copyFile(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    return await pack(stage, target);
  } finally {
    await rm(workshop, { recursive: true });
  }
}

function publishManifest(file: string): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  for (const key of developmentKeys) delete manifest[key];
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

async function pack(folder: string, target: string): Promise<PackedPackage> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', target];
  const answer = await npm(folder, ...args);
  // npm 11 and before write a list, npm 12 an object.
  const [packed] = Object.values(JSON.parse(answer) as Record<string, PackAnswer>);
  if (!packed) throw new Error(`npm pack answered ${answer}`);
  return {
    name: packed.name,
    tarball: join(target, packed.filename),
    files: packed.files.map(({ path }) => path).sort(),
  };
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('npm', [...args, '--silent'], { cwd });
  return stdout;
}

interface PackAnswer {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
