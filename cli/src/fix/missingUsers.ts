import { KubernetesValidatorFunctions, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { foldAscii } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { stringify } from 'yaml';
import type { AuditReport } from '../audit';
import type { SourcedEntity } from '../findings';
import { createEvidence, idOf } from './planFix';
import type { BitbucketAccount, LeftOut } from './planFix';

/** @internal */
export interface MissingUsers {
  readonly entities: readonly Entity[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Makes a `User` entity with the id of the account for everybody who should sign in and has none. A
 * person who resembles an existing entity is left to people, because two entities for one person are
 * worse than none.
 *
 * @internal
 */
export function planMissingUsers(
  { people }: AuditReport,
  payloads: readonly unknown[],
  entities: readonly SourcedEntity[],
  host: string,
): MissingUsers {
  const evidence = createEvidence(payloads, host);
  const users = entities.filter(({ kind }) => kind.toLowerCase() === 'user');
  const written = new Map(users.map(entity => [String(idOf(entity, host)), entity]));
  const known = new Map<string, SourcedEntity>();
  for (const entity of users) for (const key of keysOfEntity(entity, host)) known.set(key, entity);
  const byId = new Map(evidence.accounts.map(account => [account.id, account]));
  const emails = new Map<string, number>();
  for (const { emailAddress } of evidence.accounts) {
    const email = foldAscii(emailAddress ?? '');
    emails.set(email, (emails.get(email) ?? 0) + 1);
  }
  const taken = new Set(entities.map(entity => stringifyEntityRef(entity)));
  const made: Entity[] = [];
  const leftOut: LeftOut[] = [];
  for (const { id, username, outcome, nearMisses } of people) {
    const account = id === undefined ? undefined : byId.get(id);
    if (!account || (outcome !== 'nobody' && outcome !== 'missing')) continue;
    const name = nameOf(account);
    const ref = name && stringifyEntityRef({ kind: 'User', namespace: 'default', name });
    const { emailAddress = '' } = account;
    const like = written.get(String(account.id)) ?? firstOf(keysOfAccount(account), known);
    const why = like
      ? `${stringifyEntityRef(like)} may be this person`
      : nearMisses.length > 0
        ? `nearly ${nearMisses[0]}`
        : !ref
          ? 'neither the username nor the slug is a valid entity name'
          : taken.has(ref)
            ? `${ref} exists already`
            : emailAddress && emails.get(foldAscii(emailAddress))! > 1
              ? `another account has the email ${emailAddress}, too`
              : undefined;
    if (why === undefined) {
      taken.add(ref!);
      made.push(toEntity(name!, account, host));
    } else {
      leftOut.push({ who: `bitbucket:${username}`, why });
    }
  }
  return { entities: made, leftOut };
}

/** What the account and the entity of one person are likely to share: names, and emails without tag. */
function keysOfEntity({ metadata, spec }: SourcedEntity, host: string): string[] {
  const { name, title, annotations = {} } = metadata;
  const profile = spec?.profile as { displayName?: unknown; email?: unknown } | undefined;
  return [
    ...[name, annotations[`${host}/username`], annotations[`${host}/user-slug`]].flatMap(keyOfName),
    ...[title, profile?.displayName].flatMap(keyOfName),
    ...[profile?.email, annotations[`${host}/email`]].flatMap(keysOfEmail),
  ];
}

function keysOfAccount({ name, slug, displayName, emailAddress }: BitbucketAccount): string[] {
  return [...[name, slug, displayName].flatMap(keyOfName), ...keysOfEmail(emailAddress)];
}

/** The words of a name in any order and letter case: "HAMILTON, Margaret" equals "margaret.hamilton". */
function keyOfName(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  const words =
    value
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.length > 0 ? [words.sort().join(' ')] : [];
}

function keysOfEmail(value: unknown): string[] {
  if (typeof value !== 'string' || value === '') return [];
  const at = value.lastIndexOf('@');
  const local = value.slice(0, Math.max(0, at)).replace(/\+.*$/, '');
  return [`${local}${value.slice(at)}`.toLowerCase(), ...keyOfName(local)];
}

function firstOf<T>(keys: readonly string[], among: ReadonlyMap<string, T>): T | undefined {
  const key = keys.find(each => among.has(each));
  return key === undefined ? undefined : among.get(key);
}

function nameOf({ name, slug = '' }: BitbucketAccount): string | undefined {
  return [name, slug].find(each => KubernetesValidatorFunctions.isValidObjectName(each));
}

function toEntity(name: string, account: BitbucketAccount, host: string): Entity {
  const { id, displayName, emailAddress } = account;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, annotations: { [`${host}/user-id`]: String(id) } },
    spec: {
      profile: {
        displayName: displayName || account.name,
        ...(emailAddress && { email: emailAddress }),
      },
      memberOf: [],
    },
  };
}

/**
 * Entities as documents of one YAML file.
 *
 * @internal
 */
export function toYamlDocuments(entities: readonly Entity[]): string {
  return entities.map(entity => stringify(entity, { lineWidth: 0 })).join('---\n');
}
