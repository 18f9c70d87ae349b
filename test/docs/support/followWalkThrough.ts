import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './readDocs';
import type { CodeBlock } from './readDocs';

const copied = [
  'src',
  'scripts',
  'test/support',
  'docs/configuration.md',
  'docs/errors.md',
  'config.schema.json',
  'jest.config.js',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** Copies what a resolver touches of the project to a folder. */
export function copyProject(folder: string): void {
  for (const path of copied) {
    cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
}

/** Does in a copy of the project what the blocks with a `file=` say: write a file, or change one. */
export function followWalkThrough(folder: string, blocks: readonly CodeBlock[]): void {
  for (const { at, language, info, text } of blocks) {
    const [, path] = /^file=(\S+)$/.exec(info) ?? [];
    if (path === undefined) continue;
    const file = join(folder, path);
    if (language === 'diff') {
      writeFileSync(file, applyDiff(readFileSync(file, 'utf8'), text, at));
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\n`);
    }
  }
}

/** A diff without line numbers: its old lines must be in the text, once and together. */
function applyDiff(text: string, diff: string, at: string): string {
  const lines = diff.split('\n');
  const side = (sign: string) =>
    lines
      .filter(line => line.startsWith(' ') || line.startsWith(sign))
      .map(line => `${line.slice(1)}\n`)
      .join('');
  const parts = text.split(side('-'));
  if (parts.length !== 2) {
    throw new Error(`${at}: what it changes is ${parts.length - 1} times in the file`);
  }
  return parts.join(side('+'));
}
