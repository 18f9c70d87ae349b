import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new folder for each test. */
export function useFolder() {
  let path = '';

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'test-folder-'));
  });

  afterEach(() => {
    rmSync(path, { recursive: true });
  });

  return {
    get path() {
      return path;
    },
    /** Writes a text as it is, and anything else as JSON; gives the path of the file. */
    write(name: string, content: unknown): string {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    read: (name: string): string => readFileSync(join(path, name), 'utf8'),
  };
}
