import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, readDoc, readDocs } from './support/readDocs';

const { scripts, engines, dependencies } = JSON.parse(
  readFileSync(join(projectRoot, 'package.json'), 'utf8'),
) as Record<'scripts' | 'engines' | 'dependencies', Record<string, string>>;

describe('README.md', () => {
  const readme = readDoc('README.md');

  it('shows the two commands that everybody needs', () => {
    const commands = readme.blocks.filter(({ language }) => language === 'sh').map(b => b.text);
    expect(commands).toEqual(
      expect.arrayContaining(['npm ci && npm run demo', 'npm ci && npm test']),
    );
  });

  it('asks for the version of Node.js that package.json asks for', () => {
    expect(engines.node).toBe('>=20.19.0');
    expect(readme.text).toContain('Node.js **20.19.0 or newer**');
  });

  it('asks for the oldest Backstage that the matrix signs in with', () => {
    const oldest = JSON.parse(
      readFileSync(join(projectRoot, 'test/matrix/oldest/package.json'), 'utf8'),
    ) as { description: string };
    const [version] = /\d+\.\d+/.exec(oldest.description) ?? [];
    expect(readme.text).toContain(`Backstage **${version} or newer**`);
  });

  it('leads to every other document', () => {
    const linked = [...readme.text.matchAll(/\]\(([^)#]+\.md)/g)].map(([, path]) => path);
    const others = readDocs().map(({ path }) => path);
    expect(others.filter(path => path !== 'README.md' && !linked.includes(path))).toEqual([]);
  });
});

describe('the documentation', () => {
  it.each(readDocs())('names only scripts that exist: $path', ({ text }) => {
    const named = [...text.matchAll(/npm run(?: --silent)? ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter(name => !(name! in scripts))).toEqual([]);
  });

  it('has a reason for every runtime dependency, and for no other', () => {
    const rows = readDoc('docs/dependencies.md')
      .prose.filter(line => line.startsWith('| `'))
      .map(line => /^\| `([^`]+)`/.exec(line)![1]);
    expect(rows).toEqual(Object.keys(dependencies));
  });
});
