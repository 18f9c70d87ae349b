import { posix } from 'node:path';
import type { SourceFile } from './SourceFile';

/** Rank of each room (a folder at the top, or a file there): imports only go to a lower rank. */
export type Ranks = Readonly<Record<string, number>>;

/** Finds imports that go sideways or upward, or past the index of another folder. */
export function checkImports(files: readonly SourceFile[], ranks: Ranks): string[] {
  return files.flatMap(({ path, imports }) => {
    const room = roomOf(path);
    if (!(room in ranks)) return [`${path} is in the room ${room}, which has no rank`];
    return imports.flatMap(target => {
      const targetRoom = roomOf(target);
      const problems: string[] = [];
      if (room !== targetRoom && !(ranks[targetRoom]! < ranks[room]!)) {
        problems.push(`${path} imports ${target}: ${room} may not import ${targetRoom}`);
      }
      if (!isAtTheDoor(path, target)) {
        problems.push(`${path} imports ${target}, past the index.ts of that folder`);
      }
      return problems;
    });
  });
}

/** Finds a round trip of imports for every file that is on one. */
export function checkCycles(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const problems: string[] = [];

  function visit(path: string, trail: readonly string[]): void {
    const start = trail.indexOf(path);
    if (start >= 0) {
      problems.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  }

  for (const { path } of files) visit(path, []);
  return problems;
}

function roomOf(path: string): string {
  return path.split('/')[0]!;
}

/** A neighbour in the same folder or above, or the index of another folder. */
function isAtTheDoor(path: string, target: string): boolean {
  const isNeighbourOrAbove = `${posix.dirname(path)}/`.startsWith(
    posix.dirname(target) === '.' ? '' : `${posix.dirname(target)}/`,
  );
  return isNeighbourOrAbove || posix.basename(target) === 'index.ts';
}
