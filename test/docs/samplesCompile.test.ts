import { join } from 'node:path';
import { compileSamples } from './support/compileSamples';
import { blocksIn, projectRoot, readDocs } from './support/readDocs';
import type { CodeBlock } from './support/readDocs';

// Files of the contributor's walk-through are followed by a test of their own.
const samples = blocksIn(readDocs(), 'ts', 'tsx').filter(({ info }) => !info.startsWith('file='));
const legacySamples = samples.filter(({ info }) => info === 'legacy');
const currentSamples = samples.filter(({ info }) => info !== 'legacy');

const legacy = join(projectRoot, 'node_modules/plugin-auth-backend-legacy');

describe('the code in the documentation', () => {
  let problems: Map<string, string[]>;

  beforeAll(() => {
    problems = new Map([
      ...compileSamples(currentSamples),
      ...compileSamples(legacySamples, {
        paths: {
          '@backstage/plugin-auth-backend': [legacy],
          '@backstage/plugin-auth-node': [join(legacy, 'node_modules/@backstage/plugin-auth-node')],
        },
      }),
    ]);
  });

  it('is marked with nothing that no test knows', () => {
    expect(samples.filter(({ info }) => !['', 'legacy'].includes(info))).toEqual([]);
  });

  it.each(samples.map(({ at }) => at))('compiles: %s', at => {
    expect(problems.get(at)).toEqual([]);
  });

  it('would not compile with a name that this package does not have', () => {
    const wrong: CodeBlock = {
      at: 'wrong',
      language: 'ts',
      info: '',
      text: `import { matchers } from 'backstage-plugin-auth-backend-module-bitbucket-server';\nmatchers.byShoeSize();`,
    };
    expect(compileSamples([wrong]).get('wrong')).toEqual([
      expect.stringContaining("'byShoeSize' does not exist"),
    ]);
  });
});
