import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findBrowser } from '../support/findBrowser';

describe('the browser of the tests', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'find-browser-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function file(...path: string[]): string {
    const whole = join(folder, ...path);
    mkdirSync(join(whole, '..'), { recursive: true });
    writeFileSync(whole, '');
    return whole;
  }

  it('is the one at CHROMIUM_PATH before an installed one', async () => {
    const chosen = file('chosen');
    file('bin', 'chromium');
    const env = { CHROMIUM_PATH: chosen, PATH: join(folder, 'bin') };
    expect(await findBrowser({ env, platform: 'linux' })).toEqual({ executablePath: chosen });
  });

  it('is never another one than CHROMIUM_PATH says', async () => {
    file('bin', 'chromium');
    const env = { CHROMIUM_PATH: join(folder, 'absent'), PATH: join(folder, 'bin') };
    await expect(findBrowser({ env })).rejects.toThrow(
      `CHROMIUM_PATH is ${join(folder, 'absent')}, and there is no such file`,
    );
  });

  it.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])(
    'is an installed %s',
    async name => {
      const executablePath = file('second', name);
      const env = { PATH: [join(folder, 'first'), join(folder, 'second')].join(delimiter) };
      expect(await findBrowser({ env, platform: 'linux' })).toEqual({ executablePath });
    },
  );

  it('is an installed Chrome on Windows', async () => {
    const executablePath = file('Google/Chrome/Application/chrome.exe');
    const env = { PROGRAMFILES: folder };
    expect(await findBrowser({ env, platform: 'win32' })).toEqual({ executablePath });
  });

  it('comes with the dev dependency where none is installed, unpacked once', async () => {
    const cache = join(folder, 'cache');
    const bare = { env: { PATH: folder }, platform: 'linux', arch: 'x64', cache };
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
    const bare = { env: { PATH: folder }, platform: 'linux', arch: 'arm64' };
    await expect(findBrowser(bare)).rejects.toThrow(
      'No browser was found; install Chrome or Chromium, or set CHROMIUM_PATH to one',
    );
  });
});
