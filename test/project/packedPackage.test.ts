import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackage } from '../../scripts/packPackage';
import type { PackedPackage } from '../../scripts/packPackage';
import { typeErrorsOfConsumer } from '../../scripts/typeErrorsOfConsumer';
import * as publicApi from '../../src';

const name = 'backstage-plugin-auth-backend-module-bitbucket-server';

describe('the packed package, installed into an empty folder', () => {
  let folder: string;
  let packed: PackedPackage;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'packed-package-'));
    packed = await packPackage(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    execFileSync(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--prefer-offline',
        packed.tarball,
      ],
      { cwd: folder, stdio: 'pipe' },
    );
  }, 300_000);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('holds what is needed to use it, and nothing else', () => {
    const other = packed.files.filter(path => !/^dist\/.+\.(js|js\.map|d\.ts)$/.test(path));
    expect(other).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'config.schema.json',
      'package.json',
    ]);
    expect(packed.files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  });

  it('ships a config schema where its package.json says', () => {
    const installed = join(folder, 'node_modules', name);
    const { configSchema } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      configSchema: string;
    };
    expect(existsSync(join(installed, configSchema))).toBe(true);
  });

  it('loads as a Backstage backend feature, with the same names as the source', () => {
    const script = `
      const api = require('${name}');
      console.log(JSON.stringify({ type: api.default.$$type, names: Object.keys(api).sort() }));`;
    const output = execFileSync(process.execPath, ['-e', script], { cwd: folder });
    expect(JSON.parse(output.toString('utf8'))).toEqual({
      type: '@backstage/BackendFeature',
      names: Object.keys(publicApi).sort(),
    });
  });

  it('is what Backstage gets from import()', () => {
    const script = `
      import('${name}').then(loaded => {
        const feature = loaded.default.default ?? loaded.default;
        console.log(feature.$$type);
      });`;
    const output = execFileSync(process.execPath, ['-e', script], { cwd: folder });
    expect(output.toString('utf8').trim()).toBe('@backstage/BackendFeature');
  });

  it('has declarations that compile in a strict project, without help from ours', () => {
    expect(typeErrorsOfConsumer(folder)).toEqual([]);
  });
});
