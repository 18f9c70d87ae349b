import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startDemo } from '../../demo/startDemo';
import type { Demo } from '../../demo/Demo';
import { refreshOverHttp, signInOverHttp } from '../support/signInOverHttp';
import { projectRoot, readDoc } from './support/readDocs';

const source = pathToFileURL(join(projectRoot, 'src/')).href;

/** The files of each path of the tour in CONTRIBUTING.md, by its heading. */
function readTour(): Record<string, string[]> {
  const [, tour = ''] =
    /\n## A tour of the code\n([\s\S]*?)\n## /.exec(readDoc('CONTRIBUTING.md').text) ?? [];
  const paths = tour.split(/^\*\*/m).slice(1);
  return Object.fromEntries(
    paths.map(path => {
      const heading = path.slice(0, path.search(/[:*]| \(/));
      const files = Array.from(path.matchAll(/`src\/([^`]+)`/g), ([, file]) => file!);
      return [heading, files];
    }),
  );
}

/** Which files of the library run, by V8's own count of calls. */
async function createCoverage() {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    /** The files whose functions were called since the last time. */
    async take(): Promise<string[]> {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      const ran = result.filter(({ url, functions }) => {
        // `get` is how the transpiler writes an export.
        const called = functions.filter(each => each.ranges[0]!.count > 0);
        return url.startsWith(source) && called.some(each => each.functionName !== 'get');
      });
      return ran.map(({ url }) => url.slice(source.length));
    },
    stop: () => session.disconnect(),
  };
}

describe('the tour in CONTRIBUTING.md', () => {
  const tour = readTour();
  const ran: Record<string, string[]> = {};
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ port: 0 });
    const coverage = await createCoverage();
    const url = demo.backendUrl;
    await coverage.take();
    const { session } = await signInOverHttp(url, 'linus');
    const first = await coverage.take();
    ran['The OAuth part of a sign-in'] = first;
    ran['A cold lookup'] = first;
    await refreshOverHttp(session);
    ran['A refresh'] = await coverage.take();
    await signInOverHttp(url, 'linus');
    ran['A warm sign-in'] = await coverage.take();
    coverage.stop();
  });

  afterAll(() => demo?.stop());

  it.each([
    ['A warm sign-in', 7],
    ['A cold lookup', 8],
    ['The OAuth part of a sign-in', 8],
    ['A refresh', 9],
  ])('%s: at most %d files, and each of them runs', (heading, most) => {
    const files = tour[heading] ?? [];
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThanOrEqual(most);
    expect(files.filter(file => !ran[heading]!.includes(file))).toEqual([]);
  });
});
