import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { packPackages } from '../../scripts/packPackages';
import type { PackedPackage } from '../../scripts/packPackages';
import { typeErrorsOfConsumer } from '../../scripts/typeErrorsOfConsumer';
import * as publicApi from '../../src';
import { readDocs } from '../docs/support/readDocs';

const name = 'backstage-plugin-auth-backend-module-bitbucket-server';

let folder: string;
let packages: readonly PackedPackage[];
let packed: PackedPackage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packed-package-'));
  packages = await packPackages(folder);
  [packed] = packages as [PackedPackage];
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the packed library, installed into an empty folder', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    execFileSync(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--prefer-offline',
        ...packages.map(({ tarball }) => tarball),
      ],
      { cwd: folder, stdio: 'pipe' },
    );
  }, 300_000);

  it('holds what is needed to use it, and nothing else', () => {
    const other = packed.files.filter(path => !/^dist\/.+\.(js|js\.map|d\.ts)$/.test(path));
    expect(
      other.filter(
        path => !/^docs\/[\w-]+(\.md|\.schema\.json)$|^demo\/screenshots\/[\w-]+\.png$/.test(path),
      ),
    ).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'config.schema.json',
      'package.json',
    ]);
    expect(packed.files).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts']));
  });

  it('holds the same documents as the project', () => {
    const documents = packed.files.filter(path => path.endsWith('.md'));
    expect(documents).toEqual(
      readDocs()
        .map(({ path }) => path)
        .sort(),
    );
  });

  it('comes from `npm run package` only', () => {
    const root = join(__dirname, '../..');
    for (const args of [
      ['publish', '--dry-run'],
      ['pack', '--dry-run'],
    ]) {
      const { status } = spawnSync('npm', args, { cwd: root });
      expect(status).not.toBe(0);
    }
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

  describe('with the command line', () => {
    const commandLine = () => packages.find(each => each.name === 'backstage-bitbucket-server')!;

    it('holds the program, and nothing of this project but its own', () => {
      const other = commandLine().files.filter(
        path => !/^dist\/.+\.(js|js\.map|d\.ts)$/.test(path),
      );
      expect(other).toEqual(['LICENSE', 'README.md', 'package.json']);
      expect(commandLine().files).toEqual(
        expect.arrayContaining(['dist/index.js', 'dist/main.js']),
      );
    });

    it('runs by its name, and decides with the library beside it', () => {
      const user = { id: 1, name: 'ada', slug: 'ada', active: true, type: 'NORMAL' };
      const entity = {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name: 'ada' },
        spec: { memberOf: [] },
      };
      const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
      const production = { host: 'git.corp.example', signIn: { resolvers } };
      const files = {
        'app-config.yaml': { auth: { providers: { bitbucketServer: { production } } } },
        'users.json': [user, { ...user, id: 2, name: 'bob', slug: 'bob' }],
        'entities.json': entity,
      };
      for (const [file, content] of Object.entries(files)) {
        writeFileSync(join(folder, file), JSON.stringify(content));
      }
      const args = ['audit', '--users', 'users.json', '--entities', 'entities.json', '--json'];
      const output = execFileSync('npx', ['--no', 'backstage-bitbucket-server', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(JSON.parse(output)).toMatchObject({ summary: { total: 2, coverage: 50 } });
    });
  });
});

describe('every package', () => {
  it('takes along what its documents show and lead to', () => {
    const missing = packages.flatMap(({ name, files, tarball }) =>
      files
        .filter(path => path.endsWith('.md'))
        .flatMap(document =>
          localTargets(read(tarball, document))
            .map(target => posix.join(posix.dirname(document), target))
            .filter(target => !files.includes(target))
            .map(target => `${name}: ${document} wants ${target}; add it to "files"`),
        ),
    );
    expect(missing).toEqual([]);
  });

  it('has a licence, and nothing in its package.json that is for development', () => {
    const development = ['private', 'workspaces', 'scripts', 'devDependencies', 'overrides'];
    for (const { files, tarball } of packages) {
      expect(files).toContain('LICENSE');
      const keys = Object.keys(JSON.parse(read(tarball, 'package.json')) as object);
      expect(keys.filter(key => [...development, 'allowScripts'].includes(key))).toEqual([]);
      expect(keys).toEqual(expect.arrayContaining(['name', 'version', 'license', 'dependencies']));
    }
  });
});

function read(tarball: string, path: string): string {
  return execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' });
}

/** Of links and pictures, in Markdown and in HTML, what is no address and no mere anchor. */
function localTargets(markdown: string): string[] {
  const links = markdown.matchAll(/\]\(([^)\s#]+)[^)]*\)|(?:src|href|srcset)="([^"\s#]+)[^"]*"/g);
  return [...links]
    .map(([, inMarkdown, inHtml]) => (inMarkdown ?? inHtml)!)
    .filter(target => !/^https?:/.test(target));
}
