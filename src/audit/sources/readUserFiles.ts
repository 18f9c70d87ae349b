import { readFileSync } from 'node:fs';
import { AuditError } from '../AuditError';
import { createUserCollector } from './createUserCollector';
import { listFiles } from './listFiles';
import type { SourceResult } from './SourceResult';

/**
 * Reads Bitbucket users from JSON files as its REST API answers them: a user, a list of users, or a
 * page (`{ "values": [ … ] }`) per file. Of a folder it takes every `*.json`.
 *
 * @throws {@link AuditError} that names the file which is no JSON, or holds no users
 * @internal
 */
export function readUserFiles(path: string): SourceResult<unknown> {
  const collector = createUserCollector();
  const notes: string[] = [];
  for (const file of listFiles(path, ['.json'], 'Bitbucket users')) {
    const content = readJson(file);
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

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new AuditError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
