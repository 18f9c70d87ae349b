import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ATTEMPTS = 20;

/**
 * Puts the folder `fresh` in the place of `current`, and leaves `current` untouched when both hold the
 * same files: another demo may be serving it. `fresh` may remain and is the caller's to remove.
 */
export async function replaceFolder(current: string, fresh: string): Promise<void> {
  const wanted = await contentOf(fresh);
  for (let attempt = 1; ; attempt += 1) {
    if ((await contentOf(current)) === wanted) return;
    // Moved away and not removed in place, so that the folder is missing for an instant only.
    const old = `${fresh}-replaced`;
    await rename(current, old).catch(ignore('ENOENT'));
    await rm(old, { recursive: true, force: true });
    try {
      await rename(fresh, current);
      return;
    } catch (error) {
      // Another demo that starts at the same time was faster; the next look compares with its work.
      if (attempt === ATTEMPTS) throw error;
      ignore('ENOTEMPTY', 'EEXIST')(error);
    }
  }
}

async function contentOf(folder: string): Promise<string | undefined> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name));
    const contents = await Promise.all(
      files.sort().map(async file => [file.slice(folder.length), await readFile(file, 'base64')]),
    );
    return JSON.stringify(contents);
  } catch (error) {
    ignore('ENOENT')(error);
    return undefined;
  }
}

function ignore(...codes: string[]) {
  return (error: unknown): void => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  };
}
