import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkFiles, maxLines } from './rules/checkFiles';
import { checkCycles, checkImports } from './rules/checkImports';
import type { Ranks } from './rules/checkImports';
import { readSourceTree } from './rules/readSourceTree';

const ranks: Ranks = {
  shared: 0,
  errors: 1,
  http: 2,
  config: 2,
  lookup: 3,
  profile: 3,
  transforms: 4,
  directory: 4,
  ownership: 4,
  resolvers: 5,
  authenticator: 5,
  observability: 6,
  'readSignInSetup.ts': 6,
  'readEnvironment.ts': 7,
  'module.ts': 8,
  'index.ts': 9,
};

describe('the source tree', () => {
  const files = readSourceTree(join(__dirname, '../../src'));

  it('imports only downward, and only through the index of another folder', () => {
    expect(checkImports(files, ranks)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(checkCycles(files)).toEqual([]);
  });

  it('has files of one concept each, and indexes that only re-export', () => {
    expect(checkFiles(files)).toEqual([]);
  });
});

const roomsOfCli: Ranks = {
  'AuditError.ts': 0,
  'findings.ts': 0,
  'groupBy.ts': 0,
  'quote.ts': 0,
  audit: 1,
  'accountsOfEntity.ts': 2,
  'compare.ts': 2,
  sources: 2,
  'baseline.ts': 3,
  fix: 3,
  report: 3,
  doctor: 4,
  command: 5,
  'index.ts': 6,
  'main.ts': 6,
};

describe('the source tree of the command line', () => {
  const files = readSourceTree(join(__dirname, '../../cli/src'));

  it('imports only downward, and only through the index of another folder', () => {
    expect(checkImports(files, roomsOfCli)).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(checkCycles(files)).toEqual([]);
  });

  it('has files of one concept each, and reaches nothing outside but by the name of a package', () => {
    expect(checkFiles(files)).toEqual([]);
  });
});

describe('the rules for a source tree', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'source-rules-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function plant(contents: Record<string, string>) {
    for (const [path, text] of Object.entries(contents)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return readSourceTree(root);
  }

  const low = {
    'low/a.ts': 'export const a = 1;',
    'low/index.ts': "export { a } from './a';",
  };

  it('accept an import of a lower room through its index', () => {
    const files = plant({
      ...low,
      'high/b.ts': "import { a } from '../low';\nexport const b = a;",
    });
    expect(checkImports(files, { low: 0, high: 1 })).toEqual([]);
    expect(checkCycles(files)).toEqual([]);
    expect(checkFiles(files)).toEqual([]);
  });

  it('refuse an import of a higher room, of one beside, and of one without a rank', () => {
    const files = plant({
      ...low,
      'high/b.ts': "import { a } from '../low';\nexport const b = a;",
    });
    const sideways = 'high/b.ts imports low/index.ts: high may not import low';
    expect(checkImports(files, { low: 2, high: 1 })).toEqual([sideways]);
    expect(checkImports(files, { low: 1, high: 1 })).toEqual([sideways]);
    expect(checkImports(files, { high: 1 })).toEqual([
      sideways,
      'low/a.ts is in the room low, which has no rank',
      'low/index.ts is in the room low, which has no rank',
    ]);
  });

  it.each([
    ["import { a } from '../low/a';", 'a value'],
    ["import type { a } from '../low/a';", 'a type'],
    ["export * from '../low/a';", 'a re-export'],
    ["const a = import('../low/a');", 'a dynamic import'],
    ["const a = require('../low/a');", 'a require'],
  ])('refuse %s, %s that goes past the index of another room', statement => {
    const files = plant({ ...low, 'high/b.ts': `${statement}\nexport const b = 1;` });
    expect(checkImports(files, { low: 0, high: 1 })).toEqual([
      'high/b.ts imports low/a.ts, past the index.ts of that folder',
    ]);
  });

  it('refuse a cycle, also one of types', () => {
    const files = plant({
      'a.ts': "import type { B } from './b';\nexport type a = B;",
      'b.ts': "import type { C } from './c';\nexport type B = C;",
      'c.ts': "import type { a } from './a';\nexport type C = a;",
    });
    expect(checkCycles(files)).toEqual(['cycle: a.ts → b.ts → c.ts → a.ts']);
  });

  it('refuse a long file, an index with code and an import of nothing', () => {
    const files = plant({
      'long.ts': `export const long = [\n${'  1,\n'.repeat(maxLines)}];`,
      'room/index.ts': 'export const value = 1;',
      'typo.ts': "import './typpo';\nexport class typo {}",
    });
    expect(checkFiles(files)).toEqual([
      `long.ts has ${maxLines + 2} lines, more than ${maxLines}`,
      'room/index.ts holds more than "export … from"',
      'typo.ts imports ./typpo, which is no file of the tree',
    ]);
  });
});
