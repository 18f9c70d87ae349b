import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findBrowser } from '../support/findBrowser';
import { useFolder } from '../support/useFolder';

describe('the browser of the tests', () => {
  const folder = useFolder();
  const file = (...path: string[]) => folder.write(join(...path), '');

  it('is the one at CHROMIUM_PATH before an installed one', async () => {
    const chosen = file('chosen');
    file('bin', 'chromium');
    const env = { CHROMIUM_PATH: chosen, PATH: join(folder.path, 'bin') };
    expect(await findBrowser({ env, platform: 'linux' })).toEqual({ executablePath: chosen });
  });

  it('is never another one than CHROMIUM_PATH says', async () => {
    file('bin', 'chromium');
    const env = { CHROMIUM_PATH: join(folder.path, 'absent'), PATH: join(folder.path, 'bin') };
    await expect(findBrowser({ env })).rejects.toThrow(
      `CHROMIUM_PATH is ${join(folder.path, 'absent')}, and there is no such file`,
    );
  });

  it.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])(
    'is an installed %s',
    async name => {
      const executablePath = file('second', name);
      const env = {
        PATH: [join(folder.path, 'first'), join(folder.path, 'second')].join(delimiter),
      };
      expect(await findBrowser({ env, platform: 'linux' })).toEqual({ executablePath });
    },
  );

  it('is an installed Chrome on Windows', async () => {
    const executablePath = file('Google/Chrome/Application/chrome.exe');
    const env = { PROGRAMFILES: folder.path };
    expect(await findBrowser({ env, platform: 'win32' })).toEqual({ executablePath });
  });

  it('comes with the dev dependency where none is installed, unpacked once', async () => {
    const cache = join(folder.path, 'cache');
    const bare = { env: { PATH: folder.path }, platform: 'linux', arch: 'x64', cache };
    const [first, second] = await Promise.all([findBrowser(bare), findBrowser(bare)]);
    expect(second).toEqual(first);
    expect(readdirSync(cache)).toHaveLength(1);
    const { LD_LIBRARY_PATH = '', FONTCONFIG_FILE = '' } = first.env ?? {};
    for (const path of [
      first.executablePath,
      join(LD_LIBRARY_PATH, 'libnss3.so'),
      FONTCONFIG_FILE,
    ]) {
      expect(existsSync(path)).toBe(true);
    }
  });

  it('is asked for where the dev dependency has none', async () => {
    const bare = { env: { PATH: folder.path }, platform: 'linux', arch: 'arm64' };
    await expect(findBrowser(bare)).rejects.toThrow(
      'No browser was found; install Chrome or Chromium, or set CHROMIUM_PATH to one',
    );
  });
});
