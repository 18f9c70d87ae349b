import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSamples } from './support/compileSamples';
import { projectRoot } from './support/readDocs';
import type { CodeBlock } from './support/readDocs';

const packageName = 'backstage-plugin-auth-backend-module-bitbucket-server';
const index = readFileSync(join(projectRoot, 'src/index.ts'), 'utf8');
const exported = new Set(
  [...index.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) =>
    names!.match(/\w+/g),
  ),
);

/** What an example may use without showing it, besides the services of Backstage. */
const globals = `
import type { Backend } from '@backstage/backend-app-api';
import type { Config } from '@backstage/config';
import * as authNode from '@backstage/plugin-auth-node';
import type * as api from '${packageName}';
declare global {
  const createOAuthProviderFactory: typeof authNode.createOAuthProviderFactory;
  const backend: Backend;
  const baseUrl: string;
  const config: Config;
  const lookup: api.CatalogUserLookup;
  const match: api.Matcher[];
  const payload: unknown;
}
`;

/** The examples of the TSDoc comments in `src`, as samples that import what they use of the package. */
function readExamples(): CodeBlock[] {
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => {
      const lines = readFileSync(join(projectRoot, 'src', file), 'utf8').split('\n');
      return lines.flatMap((line, index): CodeBlock[] => {
        if (!/^\s*\* @example/.test(line)) return [];
        const at = `src/${file}:${index + 1}`;
        const open = index + 1;
        const close = lines.findIndex((each, nth) => nth > open && /^\s*\* ```$/.test(each));
        if (!/^\s*\* ```ts$/.test(lines[open]!) || close < 0) {
          throw new Error(`${at}: the example is not a block of ts`);
        }
        const text = lines
          .slice(open + 1, close)
          .map(each => each.replace(/^\s*\* ?/, ''))
          .join('\n');
        return [{ at, language: 'ts', info: '', text: withImports(text) }];
      });
    });
}

function withImports(text: string): string {
  const used = [...new Set(text.match(/\b[A-Za-z]\w+\b/g))].filter(name => exported.has(name));
  return `import { ${used.join(', ')} } from '${packageName}';\n${text}\n`;
}

const examples = readExamples();

describe('the examples in the TSDoc of this package', () => {
  let problems: Map<string, string[]>;

  beforeAll(() => {
    problems = compileSamples(examples, { globals });
  });

  it.each(examples.map(({ at }) => at))('compiles: %s', at => {
    expect(problems.get(at)).toEqual([]);
  });

  it('would not compile with a name that this package does not have', () => {
    const wrong = { ...examples[0]!, at: 'wrong', text: withImports('matchers.byShoeSize();') };
    expect(compileSamples([wrong], { globals }).get('wrong')).toEqual([
      expect.stringContaining("'byShoeSize' does not exist"),
    ]);
  });
});

describe('the report of the public API', () => {
  it.each(['report.api.md', 'cli/report.api.md'])('has no warning: %s', path => {
    const report = readFileSync(join(projectRoot, path), 'utf8');
    expect(report.split('\n').filter(line => line.includes('Warning:'))).toEqual([]);
  });
});
