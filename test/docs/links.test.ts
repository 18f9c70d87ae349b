import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { projectRoot, readDoc, readDocs } from './support/readDocs';
import type { Doc } from './support/readDocs';

/** Sites that documents may lead to; `example` hosts stand for the reader's own. */
const sites = [
  'backstage.io',
  'confluence.atlassian.com',
  'keepachangelog.com',
  'semver.org',
  'github.com',
  'www.rfc-editor.org',
];
const ownHost = /(^|\.)(localhost|127\.0\.0\.1|[\w-]+\.example|example\.com|corp\.com)$/;

interface Link {
  readonly text: string;
  readonly target: string;
}

function linksOf({ prose }: Doc): Link[] {
  return [...prose.join('\n').matchAll(/!?\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, text, target]) => ({
    text: text!,
    target: target!,
  }));
}

/** As GitHub makes them. */
function anchorsOf({ prose }: Doc): string[] {
  return prose
    .filter(line => /^#+ /.test(line))
    .map(line =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    );
}

function problemOf(doc: Doc, target: string): string | undefined {
  if (/^https?:/.test(target)) {
    return sites.includes(new URL(target).hostname) ? undefined : 'leads to a site not in the list';
  }
  const [path, anchor] = target.split('#') as [string, string | undefined];
  const file = path === '' ? doc.path : posix.join(dirname(doc.path), path);
  if (file.startsWith('..')) return 'leads out of the project';
  if (!existsSync(join(projectRoot, file))) return 'leads to no file';
  if (anchor === undefined) return undefined;
  return anchorsOf(readDoc(file)).includes(anchor) ? undefined : 'leads to no heading';
}

describe('the links of the documentation', () => {
  it.each(readDocs())('lead somewhere: $path', doc => {
    const broken = linksOf(doc).flatMap(({ target }) => {
      const problem = problemOf(doc, target);
      return problem ? [`${target} ${problem}`] : [];
    });
    expect(broken).toEqual([]);
  });

  it.each(readDocs())('and its addresses are of known sites or of examples: $path', ({ text }) => {
    const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host!);
    const strange = hosts.filter(host => !sites.includes(host) && !ownHost.test(host));
    expect(strange).toEqual([]);
  });

  it('have an alternative text where they are pictures', () => {
    const bare = readDocs().flatMap(({ path, text }) =>
      [...text.matchAll(/!\[\]\(([^)]*)\)/g)].map(([, target]) => `${path}: ${target}`),
    );
    expect(bare).toEqual([]);
  });

  it.each([
    ['frontend.md#nowhere', 'leads to no heading'],
    ['nothing.md', 'leads to no file'],
    ['../../elsewhere.md', 'leads out of the project'],
    ['https://somewhere.test/', 'leads to a site not in the list'],
    ['../README.md#resolvers', undefined],
  ])('are found broken when they are: %s', (target, problem) => {
    expect(problemOf(readDoc('docs/configuration.md'), target)).toBe(problem);
  });
});
