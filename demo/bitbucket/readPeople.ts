import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectoryFacts, SimulatedPerson } from './SimulatorOptions';

const directoryKeys = [
  'directoryName',
  'mutableDetails',
  'deletable',
  'mutableGroups',
  'lastAuthenticationTimestamp',
  'createdTimestamp',
];

/**
 * Reads people from payload files: a user, a page (`{ "values": [ … ] }`) or a list per file. Of a folder it
 * takes `user-*.json`, or every `*.json` when there is none of that name, in the order of the file names.
 * The keys that only `/admin/users` serves become the person's directory facts.
 *
 * @throws Error that names the file when it is no JSON, holds something that is no user, or nobody at all.
 */
export function readPeople(pathToFileOrFolder: string): SimulatedPerson[] {
  return payloadFiles(pathToFileOrFolder).flatMap(file => {
    const content = readJson(file);
    const values = isObject(content) && 'values' in content ? content.values : content;
    const payloads: unknown[] = Array.isArray(values) ? values : [values];
    if (payloads.length === 0) {
      throw new Error(`${file}: the file holds no Bitbucket user`);
    }
    return payloads.map(payload => toPerson(payload, file));
  });
}

function payloadFiles(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) {
    throw new Error(`${path}: there is no such file or folder of Bitbucket users`);
  }
  if (!stats.isDirectory()) {
    return [path];
  }
  const names = readdirSync(path)
    .filter(name => name.endsWith('.json'))
    .sort();
  const userFiles = names.filter(name => name.startsWith('user-'));
  const chosen = userFiles.length > 0 ? userFiles : names;
  if (chosen.length === 0) {
    throw new Error(`${path}: the folder has no *.json file with a Bitbucket user`);
  }
  return chosen.map(name => join(path, name));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: not readable as JSON (${String(error)})`, { cause: error });
  }
}

function toPerson(payload: unknown, file: string): SimulatedPerson {
  assertUser(payload, file);
  const entries = Object.entries(payload);
  const user = Object.fromEntries(entries.filter(([key]) => !directoryKeys.includes(key)));
  const facts = Object.fromEntries(entries.filter(([key]) => directoryKeys.includes(key)));
  return Object.keys(facts).length > 0 ? { user, directory: toDirectory(facts, file) } : { user };
}

function assertUser(payload: unknown, file: string): asserts payload is Record<string, unknown> {
  // Many a JSON file has a "name"; a slug next to it makes a user.
  for (const key of ['name', 'slug']) {
    if (!isObject(payload) || typeof payload[key] !== 'string' || payload[key] === '') {
      throw new Error(`${file}: not a Bitbucket user, "${key}" must be a non-empty string`);
    }
  }
}

function toDirectory(facts: Record<string, unknown>, file: string): DirectoryFacts {
  const { directoryName = 'Bitbucket Internal Directory', mutableDetails = true } = facts;
  if (typeof directoryName !== 'string' || typeof mutableDetails !== 'boolean') {
    throw new Error(
      `${file}: "directoryName" must be a string and "mutableDetails" must be true or false`,
    );
  }
  return { ...facts, directoryName, mutableDetails };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
