import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** A Chrome or Chromium, and what its process needs in its environment. */
export interface FoundBrowser {
  readonly executablePath: string;
  /** Beside `process.env`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where to look. Every default is that of this machine. */
export interface FindBrowserOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: string;
  readonly arch?: string;
  /** Folder for the unpacked browser of the dev dependency. */
  readonly cache?: string;
}

/** The browser at `CHROMIUM_PATH`, else an installed one, else that of `@sparticuz/chromium`. */
export async function findBrowser(options: FindBrowserOptions = {}): Promise<FoundBrowser> {
  const {
    env = process.env,
    platform = process.platform,
    arch = process.arch,
    cache = join(root, 'node_modules/.cache'),
  } = options;
  const { CHROMIUM_PATH: chosen } = env;
  if (chosen) {
    if (existsSync(chosen)) return { executablePath: chosen };
    throw new Error(`CHROMIUM_PATH is ${chosen}, and there is no such file`);
  }
  const installed = installedPaths(platform, env).find(path => existsSync(path));
  if (installed) return { executablePath: installed };
  if (platform === 'linux' && arch === 'x64') return unpackBrowser(cache);
  throw new Error('No browser was found; install Chrome or Chromium, or set CHROMIUM_PATH to one');
}

function installedPaths(platform: string, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].map(
      name => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env.LOCALAPPDATA].flatMap(folder =>
      folder ? [join(folder, 'Google/Chrome/Application/chrome.exe')] : [],
    );
  }
  const folders = (env.PATH ?? '').split(delimiter);
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap(name =>
    folders.map(folder => join(folder, name)),
  );
}

/** Unpacks 66 MB to 206 MB, which takes two seconds: once, and not in every run. */
async function unpackBrowser(cache: string): Promise<FoundBrowser> {
  const folder = join(cache, `chromium-${versionOfPackage()}`);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const staging = await mkdtemp(join(cache, 'unpacking-'));
    try {
      await unpackInto(staging);
      await writeFile(join(staging, 'fonts.conf'), fontsConfig(folder));
      await renameUnlessThere(staging, folder);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

function versionOfPackage(): string {
  const manifest = readFileSync(
    join(root, 'node_modules/@sparticuz/chromium/package.json'),
    'utf8',
  );
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * The package unpacks into the folder for temporary files. The libraries that a bare machine lacks
 * are among its files, but it unpacks those only where it believes that it runs on AWS Lambda.
 */
async function unpackInto(folder: string): Promise<void> {
  const script = "import('@sparticuz/chromium').then(({ default: it }) => it.executablePath())";
  const env = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' };
  await promisify(execFile)(process.execPath, ['-e', script], { cwd: root, env });
}

/** Fonts of the machine, and those of the package for a machine that has none. */
function fontsConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}

/** Test files run at the same time, and the other one may have been faster. */
async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
