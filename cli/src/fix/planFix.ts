import { stringifyEntityRef } from '@backstage/catalog-model';
import { foldAscii } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { contestedRefs } from '../audit';
import type { AuditReport, PersonResult } from '../audit';
import type { Finding, FindingSource, SourcedEntity } from '../findings';
import { groupBy } from '../groupBy';

/** @internal */
export interface BitbucketAccount {
  readonly id: number;
  readonly name: string;
  readonly slug?: string;
  readonly emailAddress?: string;
  readonly displayName?: string;
  readonly active?: boolean;
  readonly type?: string;
}

/**
 * An annotation that an entity lacks.
 *
 * @internal
 */
export interface MissingAnnotation {
  readonly entityRef: string;
  readonly username: string;
  readonly id: string;
  readonly source: FindingSource;
}

/**
 * An entity or account that somebody has to look at.
 *
 * @internal
 */
export interface LeftOut {
  readonly who: string;
  readonly why: string;
}

/** @internal */
export interface FixPlan {
  readonly annotations: readonly MissingAnnotation[];
  readonly leftOut: readonly LeftOut[];
}

/** The attributes in which an account and an entity can agree. A slug is a form of the username. */
type Attribute = 'username' | 'email';

/**
 * Finds the accounts that an entity may belong to, by the data of Bitbucket before profile transforms: an
 * email that is made from the username is no further evidence.
 *
 * @internal
 */
export function createEvidence(payloads: readonly unknown[], host: string) {
  const accounts = payloads.filter(isAccount);
  const index = new Map<string, Set<BitbucketAccount>>();
  const put = (key: Attribute, value: string | undefined, account: BitbucketAccount) => {
    if (!value) return;
    const place = `${key} ${foldAscii(value)}`;
    const others = index.get(place);
    if (others) others.add(account);
    else index.set(place, new Set([account]));
  };
  for (const account of accounts) {
    put('username', account.name, account);
    put('username', account.slug, account);
    put('email', account.emailAddress, account);
  }

  /** The accounts that share attributes with an entity, and which ones. */
  function accountsOf(entity: SourcedEntity): Map<BitbucketAccount, Set<Attribute>> {
    const found = new Map<BitbucketAccount, Set<Attribute>>();
    for (const [key, value] of attributesOf(entity, host)) {
      for (const account of index.get(`${key} ${foldAscii(value)}`) ?? []) {
        const agreeing = found.get(account);
        if (agreeing) agreeing.add(key);
        else found.set(account, new Set([key]));
      }
    }
    return found;
  }
  return { accounts, accountsOf };
}

function isAccount(payload: unknown): payload is BitbucketAccount {
  const { id, name } = (payload ?? {}) as { id?: unknown; name?: unknown };
  return typeof id === 'number' && typeof name === 'string' && name !== '';
}

function attributesOf(entity: SourcedEntity, host: string): [Attribute, string][] {
  const { name, annotations = {} } = entity.metadata;
  const profile = entity.spec?.profile as { email?: unknown } | undefined;
  const values: [Attribute, unknown][] = [
    ['username', name],
    ['username', annotations[`${host}/username`]],
    ['username', annotations[`${host}/user-slug`]],
    ['email', annotations[`${host}/email`]],
    ['email', profile?.email],
  ];
  return values.filter(
    (pair): pair is [Attribute, string] => typeof pair[1] === 'string' && pair[1] !== '',
  );
}

/**
 * The id that an entity names in its annotation, in any letter case of the key, as in the catalog.
 *
 * @internal
 */
export function idOf({ metadata }: SourcedEntity, host: string): unknown {
  const wanted = foldAscii(`${host}/user-id`);
  const found = Object.entries(metadata.annotations ?? {}).find(
    ([key]) => foldAscii(key) === wanted,
  );
  return found?.[1];
}

/**
 * Finds the entities that lack the id of their account: only if username and email agree, and nothing
 * contradicts them. The account becomes this entity for good, so doubtful cases are left to people.
 *
 * @internal
 */
export function planFix(
  { people, findings }: AuditReport,
  payloads: readonly unknown[],
  entities: readonly SourcedEntity[],
  host: string,
): FixPlan {
  const users = entities.filter(({ kind }) => kind.toLowerCase() === 'user');
  const evidence = createEvidence(payloads, host);
  const reached = groupBy(people, ({ entityRef }) => entityRef);
  const becomes = new Map(people.map(({ id, entityRef }) => [id, entityRef]));
  const dangerous = new Set(refsOf(findings.filter(({ severity }) => severity === 'danger')));
  const candidates = users.map(entity => ({
    entity,
    ref: stringifyEntityRef(entity),
    found: evidence.accountsOf(entity),
  }));
  const entitiesOf = new Map<number, Set<string>>();
  const claim = (id: number, ref: string) =>
    void entitiesOf.set(id, (entitiesOf.get(id) ?? new Set()).add(ref));
  for (const { entity, ref, found } of candidates) {
    for (const { id } of found.keys()) claim(id, ref);
    const written = idOf(entity, host);
    if (written !== undefined) claim(Number(written), ref);
  }
  const writtenTwice = new Set([
    ...refsOf(findings.filter(({ rule }) => rule === 'duplicateEntity')),
    ...contestedRefs(entities),
  ]);

  /** Why the account is left to people; `undefined` when there is no doubt. */
  function doubt(
    entity: SourcedEntity,
    ref: string,
    account: BitbucketAccount,
    agreeing: ReadonlySet<Attribute>,
  ): string | undefined {
    const { id, name, active, type } = account;
    if (!agreeing.has('username')) return `only the email matches ${name}`;
    if (!agreeing.has('email')) return `only the name matches ${name}`;
    const other = otherValue(entity, account, host);
    if (other !== undefined) return `its ${other} is not that of ${name}`;
    if (active === false || (type !== undefined && type !== 'NORMAL')) {
      return `${name} is not an active account of a person`;
    }
    const others = [...entitiesOf.get(id)!].filter(other => other !== ref);
    if (others.length > 0) return `${name} may be ${others.join(', ')} too`;
    const today = becomes.get(id);
    if (today !== undefined && today !== ref) return `${name} signs in as ${today} today`;
    const rivals = (reached.get(ref) ?? []).filter(other => other.id !== id);
    if (rivals.length > 0) return `${namesOf(rivals)} signs in as it today`;
    if (dangerous.has(ref) || dangerous.has(`bitbucket:${name}`))
      return 'it has a dangerous finding';
    if (entity.source?.line === undefined) return 'it is not in a file that can be edited';
    return writtenTwice.has(ref) ? 'it exists twice' : undefined;
  }

  const annotations: MissingAnnotation[] = [];
  const leftOut: LeftOut[] = [];
  for (const { entity, ref, found } of candidates) {
    if (idOf(entity, host) !== undefined || found.size === 0) continue;
    const [[account, agreeing]] = [...found] as [[BitbucketAccount, Set<Attribute>]];
    const why =
      found.size > 1
        ? `it may be ${[...found.keys()].map(({ name }) => name).join(', ')}`
        : doubt(entity, ref, account, agreeing);
    if (why === undefined) {
      const { id, name: username } = account;
      annotations.push({ entityRef: ref, username, id: String(id), source: entity.source! });
    } else {
      leftOut.push({ who: ref, why });
    }
  }
  return { annotations, leftOut };
}

/** An attribute of the entity that differs from the account. Its name does not count. */
function otherValue(
  entity: SourcedEntity,
  { name, slug, emailAddress }: BitbucketAccount,
  host: string,
): string | undefined {
  const written = attributesOf({ ...entity, metadata: { ...entity.metadata, name: '' } }, host);
  const mine = {
    username: [name, slug].flatMap(value => (value ? foldAscii(value) : [])),
    email: emailAddress ? [foldAscii(emailAddress)] : [],
  };
  const other = written.find(([key, value]) => !mine[key].includes(foldAscii(value)));
  return other && `${other[0]} ${JSON.stringify(other[1])}`;
}

function refsOf(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ concerns }) => concerns);
}

function namesOf(people: readonly PersonResult[]): string {
  return people.map(({ username }) => username).join(', ');
}
