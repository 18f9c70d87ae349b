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
 * @throws Error that names the file when it is no JSON or holds something that is no user.
 */
export function readPeople(pathToFileOrFolder: string): SimulatedPerson[] {
  return payloadFiles(pathToFileOrFolder).flatMap(file => {
    const content = readJson(file);
    const values = isObject(content) && 'values' in content ? content.values : content;
    const payloads: unknown[] = Array.isArray(values) ? values : [values];
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
  if (!isObject(payload) || typeof payload.name !== 'string') {
    throw new Error(`${file}: not a Bitbucket user, a text under "name" is missing`);
  }
  const entries = Object.entries(payload);
  const user = Object.fromEntries(entries.filter(([key]) => !directoryKeys.includes(key)));
  const facts = Object.fromEntries(entries.filter(([key]) => directoryKeys.includes(key)));
  return Object.keys(facts).length > 0 ? { user, directory: toDirectory(facts, file) } : { user };
}

function toDirectory(facts: Record<string, unknown>, file: string): DirectoryFacts {
  const { directoryName = 'Bitbucket Internal Directory', mutableDetails = true } = facts;
  if (typeof directoryName !== 'string' || typeof mutableDetails !== 'boolean') {
    throw new Error(`${file}: "directoryName" must be a text and "mutableDetails" true or false`);
  }
  return { ...facts, directoryName, mutableDetails };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
