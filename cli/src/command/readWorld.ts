import { resolve } from 'node:path';
import type { Config } from '@backstage/config';
import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { FindDirectory } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { createListedDirectories, readAuditSettings } from '../audit';
import type { AuditSettings, SourcedEntity } from '../audit';
import { AuditError } from '../AuditError';
import {
  createPatientHttp,
  fetchBitbucketUsers,
  fetchCatalogEntities,
  fetchCatalogOwners,
  readEntityFiles,
  readUserFiles,
} from '../sources';
import type { SourceResult } from '../sources';
import type { CliIo } from './CliIo';
import type { Progress } from './createProgress';
import { loadConfig, readAuthorization, readDirectoryAuthorization } from './loadConfig';

/**
 * Options that `audit` and `explain` share.
 *
 * @internal
 */
export interface WorldOptions {
  readonly config: readonly string[];
  readonly env?: string;
  readonly users?: string;
  readonly entities?: string;
  /** Bitbucket's list of licensed users. For `audit` only. */
  readonly licensed?: string;
}

/** @internal */
export interface World {
  readonly settings: AuditSettings;
  readonly users: Users;
  readonly entities: SourceResult<SourcedEntity>;
  /** Refs that own something; absent when that is not known or does not matter. */
  readonly owners?: readonly string[];
  /** Usernames. */
  readonly licensed?: ReadonlySet<string>;
}

interface Users extends SourceResult<unknown> {
  /** Answers about directories as the sign-in gets them, if they are known. */
  readonly findDirectory?: FindDirectory;
}

type Entities = SourceResult<SourcedEntity> & Pick<World, 'owners'>;

/**
 * Reads config, users and entities: from the files that the options name, or else from the Bitbucket
 * and the catalog in the config, both at once and each page by page.
 *
 * @param filter - only users whose name, display name or email contains the text; default: all
 * @throws {@link AuditError} and {@link SignInError} for what cannot be read
 * @internal
 */
export async function readWorld(
  options: WorldOptions,
  io: CliIo,
  progress: Progress,
  filter?: string,
): Promise<World> {
  const config = await loadConfig(options.config, io);
  const settings = readAuditSettings(config, options.env);
  const licensed = readLicensed(options, io);
  // If one fails, the other is cancelled.
  const other = new AbortController();
  const onAbort = () => other.abort();
  io.signal.addEventListener('abort', onAbort, { once: true });
  if (io.signal.aborted) onAbort();
  try {
    const allows = settings.match.some(
      item => 'matcher' in item && item.dangerouslyAllowSignInWithoutUserInCatalog,
    );
    const [users, { owners, ...entities }] = await Promise.all([
      readUsers(options, config, settings, io, progress, other.signal, filter),
      readEntities(options, config, io, progress, other.signal, allows),
    ]);
    if (entities.items.length === 0 && !entities.missing) {
      throw new AuditError(
        'The catalog has no User and no Group entities, or this token cannot read them: nobody could sign in',
      );
    }
    const notes = [...users.notes, ...notesOnLicensed(licensed, users)];
    return { settings, users: { ...users, notes }, entities, owners, licensed };
  } catch (error) {
    other.abort();
    throw error;
  } finally {
    io.signal.removeEventListener('abort', onAbort);
  }
}

function readLicensed({ licensed }: WorldOptions, { cwd }: CliIo): Set<string> | undefined {
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

async function readUsers(
  options: WorldOptions,
  config: Config,
  settings: AuditSettings,
  io: CliIo,
  progress: Progress,
  signal: AbortSignal,
  filter?: string,
): Promise<Users> {
  if (options.users !== undefined) return readUserFiles(resolve(io.cwd, options.users));
  const { baseUrl, path } = settings;
  const authorization = readAuthorization(config.getConfig(path), path, io);
  if (!authorization) {
    throw new AuditError(
      'Bitbucket lists its users only for a signed-in user: set BITBUCKET_TOKEN to an HTTP access token, configure "directory", or read the users from files with --users',
    );
  }
  const fetchWith = async (credential: string, what: string, detailedOnly = false) =>
    fetchBitbucketUsers({
      http: createPatientHttp(),
      baseUrl,
      authorization: credential,
      signal,
      filter,
      detailedOnly,
      onProgress: read => progress.update(what, read),
    });
  const users = await fetchWith(authorization, 'Bitbucket users');
  if (!settings.needsDirectory || users.missing) return users;

  const production = readDirectoryAuthorization(config.getConfig(path), path);
  if ('problem' in production) {
    const note = `the directories of accounts could not be read as the sign-in does: ${production.problem}`;
    return { ...users, notes: [...users.notes, note] };
  }
  const { trustedDirectories } = settings;
  if (users.isDetailed && production.authorization === authorization) {
    return { ...users, findDirectory: createListedDirectories(users.items, trustedDirectories) };
  }
  try {
    const { items, missing } = await fetchWith(production.authorization, 'directories', true);
    if (missing) return { ...users, missing: missing.replace('users', 'directories') };
    return { ...users, findDirectory: createListedDirectories(items, trustedDirectories) };
  } catch (error) {
    if (!isSignInError(error) || !refusals.includes(error.code)) throw error;
    const note = `Bitbucket refuses admin/users to the credential of "directory" (${error.code}): the sign-in trusts nobody's email`;
    return {
      ...users,
      notes: [...users.notes, note],
      findDirectory: async () => ({
        unknown: `Bitbucket Server could not be asked (${error.code})`,
      }),
    };
  }
}

/** Permanent refusals. Any other error may be gone at the next attempt. */
const refusals = ['BITBUCKET_REFUSED', 'BITBUCKET_NOT_FOUND'];

async function readEntities(
  options: WorldOptions,
  config: Config,
  io: CliIo,
  progress: Progress,
  signal: AbortSignal,
  allowsWithoutEntity: boolean,
): Promise<Entities> {
  if (options.entities !== undefined) {
    const read = await readEntityFiles(resolve(io.cwd, options.entities));
    const note =
      'dangerouslyAllowSignInWithoutUserInCatalog signs nobody in under a name that owns something in the catalog. Files do not show that, so people without an entity may be refused';
    return allowsWithoutEntity ? { ...read, notes: [...read.notes, note] } : read;
  }
  const backendUrl = config.getOptionalString('backend.baseUrl');
  if (!backendUrl) {
    throw new AuditError(
      'backend.baseUrl is not in the config: set it, or read the entities from files with --entities',
    );
  }
  const catalog = {
    backendUrl,
    token: io.env.BACKSTAGE_TOKEN?.trim() || undefined,
    signal,
  };
  const entities = await fetchCatalogEntities({
    ...catalog,
    onProgress: (read, total) => progress.update('catalog entities', read, total),
  });
  if (!allowsWithoutEntity || entities.missing) return entities;
  return { ...entities, owners: await fetchCatalogOwners(catalog) };
}
