import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Entity } from '@backstage/catalog-model';
import { Composer, LineCounter, Parser } from 'yaml';
import { AuditError } from '../AuditError';
import { createEntityCollector, createUserCollector } from './collectors';
import type { SourceResult } from './collectors';

/**
 * Reads Bitbucket users from JSON files as its REST API answers them: a user, a list of users, or a
 * page (`{ "values": [ … ] }`) per file. Of a folder it takes every `*.json`.
 *
 * @throws {@link AuditError} that names the file which is no JSON, or holds no users
 * @public
 */
export function readUserFiles(path: string): SourceResult<unknown> {
  const collector = createUserCollector();
  const notes: string[] = [];
  for (const file of listFiles(path, ['.json'], 'Bitbucket users')) {
    const content = parseJson(file, readText(file));
    const values = isObject(content) && 'values' in content ? content.values : content;
    for (const payload of Array.isArray(values) ? values : [values]) {
      if (!isObject(payload) || typeof payload.name !== 'string') {
        throw new AuditError(`${file}: is no Bitbucket user, a text under "name" is missing`);
      }
      collector.add(payload);
    }
    if (isObject(content) && content.isLastPage === false && file === path) {
      notes.push(`${file} is not the last page: users after it are not in the report`);
    }
  }
  const items = collector.users();
  if (items.length === 0) throw new AuditError(`${path}: holds no Bitbucket users`);
  return { items, notes };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new AuditError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads `User` and `Group` entities from YAML files (several documents per file) or JSON files (an
 * entity, a list, or an answer of the catalog's API: `{ "items": [ … ] }`). Of a folder it takes every
 * `*.yaml`, `*.yml` and `*.json`.
 *
 * @throws {@link AuditError} that names the file which cannot be read, or holds what is no entity
 * @public
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
  if (!file.endsWith('.json')) return parseYaml(file, text);
  const content = parseJson(file, text);
  const values = isObject(content) && Array.isArray(content.items) ? content.items : content;
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

/**
 * The file itself, or all files of a folder and its folders that have one of the endings, in the
 * order of their names.
 *
 * @throws {@link AuditError} when there is none
 */
function listFiles(path: string, endings: readonly string[], what: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AuditError(`${path}: there is no such file or folder of ${what}`);
  if (!stats.isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && endings.some(ending => entry.name.endsWith(ending)))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new AuditError(`${path}: the folder has no ${endings.join(' or ')} file with ${what}`);
}
