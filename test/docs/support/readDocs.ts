import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const projectRoot = join(__dirname, '../../..');

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  /** `docs/errors.md:77`: the line of the opening fence. */
  readonly at: string;
  readonly language: string;
  /** What follows the language, such as `legacy` or `file=src/a.ts`. */
  readonly info: string;
  readonly text: string;
}

/** A Markdown file that users or contributors read. */
export interface Doc {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly text: string;
  /** Without fenced blocks, line by line: they keep their numbers. */
  readonly prose: readonly string[];
  readonly blocks: readonly CodeBlock[];
}

/** Reads README, CONTRIBUTING, CHANGELOG and everything in `docs/`. */
export function readDocs(): Doc[] {
  const inDocs = readdirSync(join(projectRoot, 'docs')).filter(name => name.endsWith('.md'));
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs.map(n => `docs/${n}`)];
  return paths.map(readDoc);
}

export function readDoc(path: string): Doc {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const prose: string[] = [];
  const blocks: CodeBlock[] = [];
  let open:
    { fence: string; at: string; language: string; info: string; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^(`{3,})(\w*) *(.*)$/.exec(line);
    if (open && line === open.fence) {
      blocks.push({ ...open, text: open.lines.join('\n') });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
    } else if (fence) {
      const [, ticks, language, info] = fence as unknown as [string, string, string, string];
      open = { fence: ticks, at: `${path}:${index + 1}`, language, info, lines: [] };
    }
    prose.push(open || fence ? '' : line);
  }
  if (open) throw new Error(`${open.at}: the block does not end`);
  return { path, text, prose, blocks };
}

/** All blocks of the languages. */
export function blocksIn(docs: readonly Doc[], ...languages: string[]): CodeBlock[] {
  return docs.flatMap(doc => doc.blocks).filter(({ language }) => languages.includes(language));
}

/** Cells of the rows of the table whose head begins with these cells, without back-ticks. */
export function readTable({ path, prose }: Doc, ...head: string[]): string[][] {
  const start = prose.findIndex(line => head.every((cell, i) => cellsOf(line)[i] === cell));
  if (start < 0) throw new Error(`${path} has no table with the head ${head.join(', ')}`);
  const end = prose.findIndex((line, index) => index > start && !line.startsWith('|'));
  return prose.slice(start + 2, end < 0 ? undefined : end).map(cellsOf);
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map(cell => cell.trim().replace(/`/g, ''));
}
