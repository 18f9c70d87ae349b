import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

function importedPackages(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .flatMap(path =>
      ts
        .preProcessFile(readFileSync(join(root, folder, path), 'utf8'), true, true)
        .importedFiles.map(({ fileName }) => fileName),
    )
    .filter(name => !name.startsWith('.') && !name.startsWith('node:'))
    .map(name => /^(@[^/]+\/)?[^/]+/.exec(name)![0]);
  return [...new Set(names)].sort();
}

describe.each([
  ['the library', '.'],
  ['the command line', 'cli'],
])('the runtime dependencies of %s', (_name, folder) => {
  const { dependencies, devDependencies = {} } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  ) as { dependencies: Record<string, string>; devDependencies?: Record<string, string> };
  const imported = importedPackages(join(folder, 'src'));

  it('are what the source imports, no more and no less', () => {
    expect(imported).toEqual(Object.keys(dependencies).sort());
  });

  it('are not development dependencies too', () => {
    expect(Object.keys(dependencies).filter(name => name in devDependencies)).toEqual([]);
  });

  it('come with node: in front where Node.js itself has them', () => {
    expect(imported.filter(name => builtinModules.includes(name))).toEqual([]);
  });

  it.each(Object.entries(dependencies))('%s allows updates, by the range %s', (_, range) => {
    expect(range).toMatch(/^\^\d+\.\d+\.\d+( \|\| \^\d+\.\d+\.\d+)*$/);
  });
});

describe('the command line', () => {
  it('wants the library of its own version', () => {
    const [library, cli] = ['.', 'cli'].map(
      folder =>
        JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
          name: string;
          version: string;
          dependencies: Record<string, string>;
        },
    );
    expect(cli!.version).toBe(library!.version);
    expect(cli!.dependencies[library!.name]).toBe(`^${library!.version}`);
  });
});
