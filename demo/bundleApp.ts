import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfigSchema } from '@backstage/config-loader';
import { build, stop } from 'esbuild';

const appDir = join(__dirname, 'app');
const noCsv = join(appDir, 'src', 'noCsv.ts');

/**
 * Builds the frontend into `demo/app/dist`, laid out as plugin-app-backend wants it: `static/`, the
 * template of the page, and the schema that decides which config the browser may see.
 */
export async function bundleApp(): Promise<void> {
  // Built aside and swapped in, so that a demo that is already running never serves half an app.
  const fresh = await mkdtemp(join(appDir, 'dist-'));
  try {
    await mkdir(join(fresh, 'static'));
    await Promise.all([
      bundle(join(fresh, 'static')),
      cp(join(appDir, 'index.html.tmpl'), join(fresh, 'index.html.tmpl')),
      writeConfigSchema(join(fresh, '.config-schema.json')),
    ]);
    await rm(join(appDir, 'dist'), { recursive: true, force: true });
    await rename(fresh, join(appDir, 'dist'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function bundle(outdir: string): Promise<void> {
  try {
    await build({
      entryPoints: [join(appDir, 'src', 'index.tsx')],
      outdir,
      bundle: true,
      format: 'esm',
      splitting: true,
      minify: true,
      jsx: 'automatic',
      target: 'es2022',
      logLevel: 'error',
      define: { global: 'globalThis', 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
      alias: { 'csv-stringify': noCsv, 'csv-stringify/lib/sync': noCsv },
      loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.svg': 'dataurl', '.png': 'dataurl' },
    });
  } finally {
    // esbuild keeps a child process for the next build; the demo has none.
    await stop();
  }
}

async function writeConfigSchema(path: string): Promise<void> {
  const schema = await loadConfigSchema({
    dependencies: ['@backstage/frontend-defaults', '@backstage/core-app-api'],
  });
  await writeFile(path, JSON.stringify(schema.serialize()));
}
