import { posix } from 'node:path';
import type { SourceFile } from './SourceFile';

/** Files may not be longer than this, so that each still tells one thing. */
export const maxLines = 150;

interface FileRules {
  /** Files that may be longer, with the reason. */
  readonly longFiles?: Readonly<Record<string, string>>;
  /** Files that export nothing because they are run, not imported. */
  readonly programs?: readonly string[];
}

/** Finds files that are too long, or that are not named after what they export. */
export function checkFiles(
  files: readonly SourceFile[],
  { longFiles = {}, programs = [] }: FileRules = {},
): string[] {
  return files.flatMap(file => [
    ...(file.lines > maxLines && !(file.path in longFiles)
      ? [`${file.path} has ${file.lines} lines, more than ${maxLines}`]
      : []),
    ...file.unresolved.map(name => `${file.path} imports ${name}, which is no file of the tree`),
    ...(programs.includes(file.path) ? [] : checkName(file)),
  ]);
}

function checkName({ path, exports, onlyReexports }: SourceFile): string[] {
  const name = posix.basename(path, '.ts');
  if (name === 'index') {
    return onlyReexports ? [] : [`${path} holds more than "export … from"`];
  }
  // module.ts and cli.ts have the names that Backstage and npm packages give such files.
  const exportsOwnName =
    exports.includes(name) || (name === 'module' && exports.some(item => /module/i.test(item)));
  return exportsOwnName ? [] : [`${path} exports nothing called ${name}`];
}
