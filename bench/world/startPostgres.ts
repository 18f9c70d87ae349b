import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@backstage/types';
import { freePort } from '../freePort';

export interface BenchPostgres {
  readonly connection: JsonObject;
  stop(): Promise<void>;
}

/** A PostgreSQL of its own in a temporary folder; needs Debian's `postgresql` or one on the PATH. */
export async function startPostgres(): Promise<BenchPostgres> {
  const bin = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'bench-postgres-'));
  const owner = ownerOfServer();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const options = { ...owner, cwd: folder, stdio: 'ignore' as const };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'bench', '-A', 'trust'], options);

  const port = await freePort();
  // Nothing of it outlives the bench, so no write has to wait for the disk.
  const unsafe = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
  const flags = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', ...unsafe];
  const server = spawn(join(bin, 'postgres'), flags, options);
  const ended = once(server, 'exit');
  while (!accepts(bin, port)) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    await delay(200);
  }
  return {
    connection: { host: '127.0.0.1', port, user: 'bench', password: '' },
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(bin: string, port: number): boolean {
  try {
    execFileSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q']);
    return true;
  } catch {
    // Its exit code is the answer: not yet.
    return false;
  }
}

function findBinaries(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map(version => join(root, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find(folder => existsSync(join(folder, 'initdb')));
  if (!found) throw new Error('No initdb found: install PostgreSQL (Debian: postgresql)');
  return found;
}

/** PostgreSQL refuses to run as root: as root, run it as the user that its package made. */
function ownerOfServer(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
