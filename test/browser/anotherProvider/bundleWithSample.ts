import { join } from 'node:path';
import { build, stop } from 'esbuild';

const app = join(__dirname, 'app');
const noCsv = join(__dirname, '../../../demo/app/src/noCsv.ts');

/** Bundles the app of this folder into one file, with `sample` as its sign-in page. */
export async function bundleWithSample(sample: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [join(app, 'index.tsx')],
      outdir: app,
      write: false,
      bundle: true,
      format: 'esm',
      minify: true,
      jsx: 'automatic',
      target: 'es2022',
      logLevel: 'error',
      define: { global: 'globalThis', 'process.env': '{}', 'process.env.NODE_ENV': '"production"' },
      alias: { 'csv-stringify': noCsv, 'csv-stringify/lib/sync': noCsv },
      loader: { '.woff': 'dataurl', '.woff2': 'dataurl', '.svg': 'dataurl', '.png': 'dataurl' },
      plugins: [
        {
          name: 'sample',
          setup({ onResolve, onLoad }) {
            onResolve({ filter: /^\.\/CompanySignInPage$/ }, () => ({
              path: 'CompanySignInPage',
              namespace: 'sample',
            }));
            onLoad({ filter: /./, namespace: 'sample' }, () => ({
              contents: sample,
              loader: 'tsx',
              resolveDir: app,
            }));
          },
        },
      ],
    });
    return outputFiles.find(({ path }) => path.endsWith('.js'))!.text;
  } finally {
    // esbuild keeps a child process for the next build.
    await stop();
  }
}
