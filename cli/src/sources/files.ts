import { readdirSync, readFileSync, statSync } from 'node:fs';
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
  if (!stats) throw new AuditError(`${path}: no such file or folder; it should contain ${what}`);
  if (!stats.isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new AuditError(`${path}: the folder contains no ${endings.join(' or ')} file with ${what}`);
}

/**
 * @throws {@link AuditError}
 * @internal
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AuditError(`${file} does not exist`);
    throw new AuditError(`${file}: cannot be read: ${message}`);
  }
}

/**
 * JSON as editors and shells of Windows save it. YAML has a byte order mark of its own.
 *
 * @internal
 */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** @internal */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The first names of a list, and how many there are beyond.
 *
 * @internal
 */
export function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 5);
  const rest = names.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
