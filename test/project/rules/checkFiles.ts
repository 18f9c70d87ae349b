import { posix } from 'node:path';
import type { SourceFile } from './SourceFile';

/** A file is one concept; one that is longer holds more than one. */
export const maxLines = 250;

/** Finds files that are too long, indexes with code, and imports of nothing. */
export function checkFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(file => [
    ...(file.lines > maxLines
      ? [`${file.path} has ${file.lines} lines, more than ${maxLines}`]
      : []),
    ...file.unresolved.map(name => `${file.path} imports ${name}, which is no file of the tree`),
    ...checkIndex(file),
  ]);
}

function checkIndex({ path, onlyReexports }: SourceFile): string[] {
  const isIndex = posix.basename(path) === 'index.ts';
  return isIndex && !onlyReexports ? [`${path} holds more than "export … from"`] : [];
}
