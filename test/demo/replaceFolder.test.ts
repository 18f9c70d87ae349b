import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFolder } from '../../demo/replaceFolder';

describe('replaceFolder', () => {
  let root: string;
  const current = () => join(root, 'dist');
  const fill = async (name: string, files: Record<string, string>) => {
    await mkdir(join(root, name, 'static'), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(root, name, file), text);
    return join(root, name);
  };

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'replace-folder-'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  it('takes an empty place', async () => {
    await replaceFolder(current(), await fill('new', { 'static/a.js': '1' }));
    expect(await readFile(join(current(), 'static/a.js'), 'utf8')).toBe('1');
  });

  it('replaces every file of another content', async () => {
    await fill('dist', { 'static/a.js': '1', 'static/b.js': '2' });
    await replaceFolder(current(), await fill('new', { 'static/a.js': '3' }));
    expect(await readdir(join(current(), 'static'))).toEqual(['a.js']);
    expect(await readFile(join(current(), 'static/a.js'), 'utf8')).toBe('3');
    expect(await readdir(root)).toEqual(['dist']);
  });

  it('leaves a folder with the same files as it is', async () => {
    const { ino } = await stat(await fill('dist', { 'static/a.js': '1' }));
    await replaceFolder(current(), await fill('new', { 'static/a.js': '1' }));
    expect((await stat(current())).ino).toBe(ino);
  });

  it('ends with a whole folder when many replace at once', async () => {
    const folders = await Promise.all(
      Array.from({ length: 8 }, (_, n) => fill(`new-${n}`, { 'static/a.js': String(n % 2) })),
    );
    await Promise.all(folders.map(folder => replaceFolder(current(), folder)));
    expect(await readFile(join(current(), 'static/a.js'), 'utf8')).toMatch(/^[01]$/);
  });
});
