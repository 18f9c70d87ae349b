import { resolve } from 'node:path';
import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { createListedDirectories, readAuditSettings } from '../audit';
import type { AuditInput, AuditSettings } from '../audit';
import { AuditError } from '../AuditError';
import {
  createPatientHttp,
  fetchBitbucketUsers,
  fetchCatalogEntities,
  fetchCatalogOwners,
  readAuthorization,
  readCatalogToken,
  readDirectoryAuthorization,
  readEntityFiles,
  readUserFiles,
} from '../sources';
import type { SourceResult } from '../sources';
import type { CommandIo } from './CliIo';
import type { InputOptions } from './options';
import { loadConfig } from './loadConfig';

type Users = SourceResult<unknown> & Pick<AuditInput, 'findDirectory'>;
type Entities = SourceResult<AuditInput['entities'][number]> & Pick<AuditInput, 'owners'>;

/**
 * Reads config, users and entities: from the files that the options name, or else from the Bitbucket
 * and the catalog in the config, both at once and each page by page.
 *
 * @param filter - only users whose name, display name or email contains the text; default: all
 * @returns `missing` when Ctrl-C has left users out
 * @throws {@link AuditError} and {@link SignInError} for what cannot be read; also when Ctrl-C has left
 * entities out, because every result could be wrong then
 * @internal
 */
export async function readInput(options: InputOptions, io: CommandIo, filter?: string) {
  const config = await loadConfig(options.config ?? [], io);
  const settings = readAuditSettings(config, options.env);
  const licensed = readLicensed(options, io);
  // If one fails, the other is cancelled.
  const failure = new AbortController();
  const live = { ...io, signal: AbortSignal.any([io.signal, failure.signal]) };
  const [users, entities] = await Promise.all([
    options.users === undefined
      ? fetchUsers(config, settings, live, filter)
      : (readUserFiles(resolve(io.cwd, options.users)) as Users),
    options.entities === undefined
      ? fetchEntities(config, settings, live)
      : readEntities(resolve(io.cwd, options.entities), settings),
  ]).catch((error: unknown) => {
    failure.abort();
    throw error;
  });
  const missing = users.missing === undefined ? [] : [users.missing];
  if (entities.missing !== undefined) {
    throw new AuditError(`not read: ${[...missing, entities.missing].join(', and ')}`);
  }
  if (entities.items.length === 0) {
    throw new AuditError(
      'The catalog has no User and no Group entities, or this token cannot read them: nobody could sign in',
    );
  }
  return {
    settings,
    payloads: users.items,
    entities: entities.items,
    owners: entities.owners,
    findDirectory: users.findDirectory,
    licensed,
    missing,
    notes: [...users.notes, ...notesOnLicensed(licensed, users), ...entities.notes],
    findings: [...users.findings, ...entities.findings],
  } satisfies AuditInput;
}

function readLicensed({ licensed }: InputOptions, { cwd }: CommandIo): Set<string> | undefined {
  if (licensed === undefined) return undefined;
  const { items, findings } = readUserFiles(resolve(cwd, licensed));
  const cut = findings.find(({ rule }) => rule === 'incompleteList');
  // People on the missing pages would silently not count.
  if (cut) {
    throw new AuditError(
      `--licensed: ${cut.source!.file} is not the last page of its list, and the next one is missing`,
    );
  }
  return new Set((items as readonly { readonly name: string }[]).map(({ name }) => name));
}

function notesOnLicensed(licensed: ReadonlySet<string> | undefined, { items, missing }: Users) {
  if (!licensed || missing) return [];
  const names = new Set(items.map(item => (item as { name?: unknown } | null)?.name));
  const unlisted = [...licensed].filter(name => !names.has(name)).length;
  return unlisted > 0
    ? [`${unlisted} of ${licensed.size} users in --licensed are not in Bitbucket's list of users`]
    : [];
}

async function fetchUsers(
  config: Config,
  { baseUrl, path, needsDirectory, trustedDirectories }: AuditSettings,
  io: CommandIo,
  filter?: string,
): Promise<Users> {
  const provider = config.getConfig(path);
  const authorization = readAuthorization(provider, path, io.env);
  if (!authorization) {
    throw new AuditError(
      'Bitbucket lists its users only for a signed-in user: set BITBUCKET_TOKEN to an HTTP access token, configure "directory", or read the users from files with --users',
    );
  }
  const fetchAs = (credential: string, what: string, detailedOnly = false) =>
    fetchBitbucketUsers({
      http: createPatientHttp(),
      baseUrl,
      authorization: credential,
      signal: io.signal,
      filter,
      detailedOnly,
      onProgress: read => io.onProgress(what, read),
    });
  const users = await fetchAs(authorization, 'Bitbucket users');
  if (!needsDirectory || users.missing) return users;

  const production = readDirectoryAuthorization(provider, path);
  if ('problem' in production) {
    const note = `the directories of accounts could not be read as the sign-in does: ${production.problem}`;
    return { ...users, notes: [...users.notes, note] };
  }
  const isSame = users.isDetailed && production.authorization === authorization;
  try {
    const { items, missing } = isSame
      ? users
      : await fetchAs(production.authorization, 'directories', true);
    if (missing) return { ...users, missing: missing.replace('users', 'directories') };
    return { ...users, findDirectory: createListedDirectories(items, trustedDirectories) };
  } catch (error) {
    if (!isSignInError(error) || !refusals.includes(error.code)) throw error;
    const note = `Bitbucket refuses admin/users to the credential of "directory" (${error.code}): the sign-in trusts nobody's email`;
    const unknown = `Bitbucket Server could not be asked (${error.code})`;
    return { ...users, notes: [...users.notes, note], findDirectory: async () => ({ unknown }) };
  }
}

/** Permanent refusals. Any other error may be gone at the next attempt. */
const refusals = ['BITBUCKET_REFUSED', 'BITBUCKET_NOT_FOUND'];

async function fetchEntities(
  config: Config,
  settings: AuditSettings,
  io: CommandIo,
): Promise<Entities> {
  const backendUrl = config.getOptionalString('backend.baseUrl');
  if (!backendUrl) {
    throw new AuditError(
      'backend.baseUrl is not in the config: set it, or read the entities from files with --entities',
    );
  }
  const { env, signal, onProgress } = io;
  const catalog = { backendUrl, token: readCatalogToken(env), signal };
  const entities = await fetchCatalogEntities({
    ...catalog,
    onProgress: (read, total) => onProgress('catalog entities', read, total),
  });
  if (!allowsWithoutEntity(settings) || entities.missing) return entities;
  return { ...entities, owners: await fetchCatalogOwners(catalog) };
}

async function readEntities(path: string, settings: AuditSettings): Promise<Entities> {
  const read = await readEntityFiles(path);
  if (!allowsWithoutEntity(settings)) return read;
  const note =
    'dangerouslyAllowSignInWithoutUserInCatalog signs nobody in under a name that owns something in the catalog. Files show only the owners in them, so more people without an entity may be refused';
  return { ...read, notes: [...read.notes, note] };
}

function allowsWithoutEntity({ match }: AuditSettings): boolean {
  return match.some(item => 'matcher' in item && item.dangerouslyAllowSignInWithoutUserInCatalog);
}
