import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError } from '../AuditError';

/**
 * The file itself, or all files of a folder and its folders that have one of the endings, in the
 * order of their names.
 *
 * @throws {@link AuditError} when there is none
 * @internal
 */
export function listFiles(path: string, endings: readonly string[], what: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AuditError(`${path}: there is no such file or folder of ${what}`);
  if (!stats.isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new AuditError(`${path}: the folder has no ${endings.join(' or ')} file with ${what}`);
}
