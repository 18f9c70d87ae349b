import { readFileSync } from 'node:fs';
import type { Entity } from '@backstage/catalog-model';
import { Composer, LineCounter, Parser } from 'yaml';
import { AuditError } from '../AuditError';
import { createEntityCollector } from './createEntityCollector';
import { listFiles } from './listFiles';
import type { SourceResult } from './SourceResult';

/**
 * Reads `User` and `Group` entities from YAML files (several documents per file) or JSON files (an
 * entity, a list, or an answer of the catalog's API: `{ "items": [ … ] }`). Of a folder it takes every
 * `*.yaml`, `*.yml` and `*.json`.
 *
 * @throws {@link AuditError} that names the file which cannot be read, or holds what is no entity
 * @internal
 */
export function readEntityFiles(path: string): SourceResult<Entity> {
  const collector = createEntityCollector();
  const notes: string[] = [];
  for (const file of listFiles(path, ['.yaml', '.yml', '.json'], 'entities')) {
    for (const value of parse(file, readText(file))) {
      const problem = collector.add(value);
      if (problem?.includes('there twice')) notes.push(`${file}: ${problem}`);
      else if (problem) throw new AuditError(`${file}: a document ${problem}`);
    }
  }
  return { items: collector.entities(), notes };
}

function parse(file: string, text: string): Iterable<unknown> {
  return file.endsWith('.json') ? parseJson(file, text) : parseYaml(file, text);
}

function parseJson(file: string, text: string): unknown[] {
  let content: unknown;
  try {
    content = JSON.parse(text) as unknown;
  } catch (error) {
    throw new AuditError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
  const { items } = (content ?? {}) as { items?: unknown };
  const values = Array.isArray(items) ? (items as unknown[]) : content;
  return Array.isArray(values) ? (values as unknown[]) : [values];
}

/** One document after the other: the syntax trees of 50,000 at once would be a gigabyte. */
function* parseYaml(file: string, text: string): Generator<unknown> {
  const lines = new LineCounter();
  const tokens = new Parser(lines.addNewLine).parse(text);
  for (const document of new Composer({ logLevel: 'error' }).compose(tokens)) {
    const [error] = document.errors;
    if (error) {
      const { line } = lines.linePos(error.pos[0]);
      throw new AuditError(`${file}:${line}: cannot be read as YAML: ${error.message}`);
    }
    const value = document.toJS() as unknown;
    // A separator at the end of a file makes a document of nothing.
    if (value !== null && value !== undefined) yield value;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AuditError(`${file}: cannot be read: ${(error as Error).message}`);
  }
}
