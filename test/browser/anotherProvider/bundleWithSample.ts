import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { frontendOptions } from '../../../demo/bundleApp';

const app = join(__dirname, 'app');

/** Bundles the app of this folder into one file, with `sample` as its sign-in page. */
export async function bundleWithSample(sample: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [join(app, 'index.tsx')],
      outdir: app,
      write: false,
      ...frontendOptions,
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
