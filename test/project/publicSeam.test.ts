import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInternals } from './rules/findInternals';
import { readSourceTree } from './rules/readSourceTree';

const root = join(__dirname, '../..');
const exported = readSourceTree(join(root, 'src')).find(({ path }) => path === 'index.ts')!.exports;

/** What tests may import although users cannot, each with the reason. */
const exceptions: Record<string, string[]> = {
  // Time that passes when a test says so: users have no need to change the clock of the library.
  'test/authenticator/support/createFakeClock.ts': ['clock'],
  // Moments between two callers of one exchange that no request over HTTP hits every time.
  'test/authenticator/refresher.test.ts': ['createRefresher', 'createSealedNotes', 'TokenAnswer'],
  'test/shared/createInFlight.test.ts': ['createInFlight'],
};

describe('the tests', () => {
  it('import from src/ only what users can import', () => {
    const paths = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .map(path => `test/${path.replaceAll('\\', '/')}`)
      .filter(path => /\.[cm]?tsx?$/.test(path) && path !== 'test/project/publicSeam.test.ts');
    const found = paths.flatMap(path => {
      const internals = findInternals(path, readFileSync(join(root, path), 'utf8'), exported);
      return internals.length > 0 ? [[path, internals] as const] : [];
    });
    expect(paths.length).toBeGreaterThan(200);
    expect(Object.fromEntries(found)).toEqual(exceptions);
  });
});

describe('what a test imports', () => {
  it.each([
    ["import { a, type B } from '../../src';", []],
    ["import module, { a } from '../../src';", []],
    ["import { a } from '../../src/room';\nimport { b } from './b';", []],
    ["import { a as b } from '../../src/room';", []],
    ["import * as all from '../../src';\nimport('../../src');", []],
    ["import { inner } from '../../demo/src';", []],
    ["import { a, inner } from '../../src/room';", ['inner']],
    ["import { inner as a } from '../../src';", ['inner']],
    ["import type { Inner } from '../../src/room';", ['Inner']],
    ["export { inner } from '../../src/room';", ['inner']],
    ["export * from '../../src/room';", ['src/room']],
    ["import * as room from '../../src/room';", ['src/room']],
    ["import inner from '../../src/room';", ['src/room']],
    ["import '../../src/room';", ['src/room']],
    ["const { inner } = await import('../../src/room');", ['src/room']],
    ["type Inner = import('../../src/room').Inner;", ['src/room']],
    ["const inner = require('../../src/room');", ['src/room']],
    ["jest.mock('../../src/room', () => ({}));", ['src/room']],
    ["jest.requireActual<typeof Inner>('../../src/room');", ['src/room']],
  ])('by %j is not public: %j', (text, internals) => {
    expect(findInternals('test/x/y.test.ts', text, ['default', 'a', 'B'])).toEqual(internals);
  });
});
