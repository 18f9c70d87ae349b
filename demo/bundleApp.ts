import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfigSchema } from '@backstage/config-loader';
import { build, stop } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { replaceFolder } from './replaceFolder';

const appDir = join(__dirname, 'app');
const noCsv = join(appDir, 'src', 'noCsv.ts');

/** How a Backstage frontend becomes scripts of the browser. */
export const frontendOptions = {
  bundle: true,
  format: 'esm',
  minify: true,
  jsx: 'automatic',
  target: 'es2022',
  logLevel: 'error',
  define: { global: 'globalThis', 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
  alias: { 'csv-stringify': noCsv, 'csv-stringify/lib/sync': noCsv },
  loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.svg': 'dataurl', '.png': 'dataurl' },
} satisfies BuildOptions;

/**
 * Builds the frontend into `demo/app/dist`, laid out as plugin-app-backend wants it: `static/`, the
 * template of the page, and the schema that decides which config the browser may see.
 */
export async function bundleApp(): Promise<void> {
  // Built aside and swapped in, so that a demo that is already running never serves half an app.
  const workshop = join(appDir, '.demo');
  await mkdir(workshop, { recursive: true });
  const fresh = await mkdtemp(join(workshop, 'dist-'));
  const cleanUp = () => rmSync(fresh, { recursive: true, force: true });
  // Ctrl-C while it builds ends the process without coming back to `finally`.
  process.once('exit', cleanUp);
  try {
    await mkdir(join(fresh, 'static'));
    await Promise.all([
      bundle(join(fresh, 'static')),
      cp(join(appDir, 'index.html.tmpl'), join(fresh, 'index.html.tmpl')),
      writeConfigSchema(join(fresh, '.config-schema.json')),
    ]);
    await replaceFolder(join(appDir, 'dist'), fresh);
  } finally {
    process.off('exit', cleanUp);
    cleanUp();
  }
}

async function bundle(outdir: string): Promise<void> {
  try {
    await build({
      entryPoints: [join(appDir, 'src', 'index.tsx')],
      outdir,
      ...frontendOptions,
      splitting: true,
    });
  } finally {
    // esbuild keeps a child process for the next build; the demo has none.
    await stop();
  }
}

async function writeConfigSchema(path: string): Promise<void> {
  const schema = await loadConfigSchema({
    // The last one shows in the settings which providers there are.
    dependencies: [
      '@backstage/frontend-defaults',
      '@backstage/core-app-api',
      '@backstage/plugin-user-settings',
    ],
  });
  await writeFile(path, JSON.stringify(schema.serialize()));
}
