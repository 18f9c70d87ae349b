import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The packed package, as `npm publish` would send it. */
export interface PackedPackage {
  readonly tarball: string;
  /** Paths inside the package, sorted. */
  readonly files: readonly string[];
}

/** Builds the package and packs it into a tarball in `folder`. */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const args = ['pack', '--json', '--silent', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: join(__dirname, '..') });
  // What the build prints comes before npm's JSON. npm 11 and before write a list, npm 12 an object.
  const answer = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Record<string, PackAnswer>;
  const [packed] = Object.values(answer);
  if (!packed) throw new Error(`npm pack answered ${stdout}`);
  return {
    tarball: join(folder, packed.filename),
    files: packed.files.map(({ path }) => path).sort(),
  };
}

interface PackAnswer {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
