import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { AuditError } from '../AuditError';

/**
 * The file itself, or all files of a folder and its folders that have one of the endings, in the
 * order of their names. Links are followed; each file is there once.
 *
 * @throws {@link AuditError} when there is none
 * @internal
 */
export function listFiles(path: string, endings: readonly string[], what: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AuditError(`${path}: no such file or folder; it should contain ${what}`);
  if (!stats.isDirectory()) return [path];
  const files = filesWithin(path, endings, new Set()).sort();
  if (files.length > 0) return files;
  throw new AuditError(`${path}: the folder contains no ${endings.join(' or ')} file with ${what}`);
}

/** @param seen - real paths: a link may lead to a file that is there anyway, or to a folder above */
function filesWithin(folder: string, endings: readonly string[], seen: Set<string>): string[] {
  seen.add(realpathSync(folder));
  const entries = readdirSync(folder, { withFileTypes: true });
  // Links last, so that a file keeps its own path.
  entries.sort((a, b) => Number(a.isSymbolicLink()) - Number(b.isSymbolicLink()));
  return entries.flatMap(entry => {
    const path = join(folder, entry.name);
    const stats = statSync(path, { throwIfNoEntry: false });
    const isNamedSo = endings.some(ending => entry.name.endsWith(ending));
    // A link that leads nowhere is an error when it is read.
    if (!stats) return isNamedSo ? [path] : [];
    if (!stats.isDirectory() && !(stats.isFile() && isNamedSo)) return [];
    const real = realpathSync(path);
    if (seen.has(real)) return [];
    seen.add(real);
    // Git has no changes for a path beyond a link.
    const own = entry.isSymbolicLink() ? real : path;
    return stats.isDirectory() ? filesWithin(own, endings, seen) : [own];
  });
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
 * A path as it is written in a repository, with `/`.
 *
 * @internal
 */
export function relativePath(path: string, root: string): string {
  return relative(root, path).split(sep).join('/');
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
