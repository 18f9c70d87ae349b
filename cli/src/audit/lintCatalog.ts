import { stringifyEntityRef } from '@backstage/catalog-model';
import { foldAscii } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { UserQueryField } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Finding, FindingSource, SourcedEntity } from '../findings';
import { groupBy } from '../groupBy';
import { quote } from '../quote';
import { isExpectedToSignIn } from './personResult';
import type { PersonResult } from './personResult';
import { isKind, loosen, readField } from './entities';

/** @internal */
export interface LintInput {
  readonly people: readonly PersonResult[];
  /** Each ref once. */
  readonly entities: readonly SourcedEntity[];
  /** The fields that people are matched by. */
  readonly fields: readonly UserQueryField[];
  /** Whether every Bitbucket user was looked at; without them nothing can be said of who is unreached. */
  readonly isComplete: boolean;
}

/**
 * Finds mistakes in the values that the sign-in matches.
 *
 * @internal
 */
export function lintCatalog({ people, entities, fields, isComplete }: LintInput): Finding[] {
  const users = entities.filter(entity => isKind(entity, 'user'));
  const values = new Set(fields.filter(field => field !== 'metadata.name'));
  return [
    ...[...values].flatMap(field => lintValues(users, field)),
    ...(values.has('spec.profile.email') ? groupEmails(entities, users, people) : []),
    ...(isComplete ? unreachedEntities(users, people) : []),
  ];
}

/** A group may have an email of its own, but not that of a person. */
function groupEmails(
  entities: readonly SourcedEntity[],
  users: readonly SourcedEntity[],
  people: readonly PersonResult[],
): Finding[] {
  const owners = new Map<string, string>();
  for (const { email, username } of people) {
    if (email !== undefined) owners.set(foldAscii(email), `bitbucket:${username}`);
  }
  for (const user of users) {
    const email = emailOf(user);
    if (email !== undefined) owners.set(foldAscii(email), stringifyEntityRef(user));
  }
  return entities.flatMap((entity): Finding[] => {
    const email = isKind(entity, 'group') ? emailOf(entity) : undefined;
    const owner = email === undefined ? undefined : owners.get(foldAscii(email));
    if (owner === undefined) return [];
    return [
      {
        rule: 'groupEmail',
        severity: 'warning',
        text: `a Group has the email of a person, ${quote(email)}; nobody signs in as a Group, so the email does not find the person`,
        concerns: [stringifyEntityRef(entity), owner],
        source: entity.source,
      },
    ];
  });
}

function unreachedEntities(
  users: readonly SourcedEntity[],
  people: readonly PersonResult[],
): Finding[] {
  const reached = new Set<string>();
  for (const person of people.filter(isExpectedToSignIn)) {
    if (person.entityRef !== undefined) reached.add(person.entityRef);
    // The entities of an ambiguous match are found, but not told apart.
    for (const candidate of person.candidates) reached.add(candidate);
  }
  const refs = users.map(user => stringifyEntityRef(user)).filter(ref => !reached.has(ref));
  if (refs.length === 0) return [];
  const text = `${refs.length} User ${refs.length === 1 ? 'entity is' : 'entities are'} reached by no active Bitbucket user`;
  return [{ rule: 'unreachedEntity', severity: 'info', text, concerns: refs }];
}

function emailOf(entity: SourcedEntity): string | undefined {
  const email = readField(entity, 'spec.profile.email');
  return typeof email === 'string' && email !== '' ? email : undefined;
}

interface Holder {
  readonly ref: string;
  readonly value: string;
  readonly source?: FindingSource;
}

/**
 * Finds `User` entities whose values of one field are equal, or equal but for letter case, form of
 * letters or the plus tag of an email.
 */
function lintValues(users: readonly SourcedEntity[], field: UserQueryField): Finding[] {
  const holders = users.flatMap((entity): Holder[] => {
    const value = readField(entity, field);
    return typeof value === 'string' && value !== ''
      ? [{ ref: stringifyEntityRef(entity), value, source: entity.source }]
      : [];
  });
  const isEmail = field === 'spec.profile.email';
  const what = isEmail ? 'email' : field.replace('metadata.annotations.', 'annotation ');
  const same = groupBy(holders, ({ value }) => foldAscii(value));
  return [
    ...[...same.values()].flatMap(group => equalValues(group, isEmail, what)),
    ...twins(same, loosen, (values): Finding => ({
      rule: 'unicodeTwin',
      severity: 'danger',
      text: `${what}: ${values} look alike but consist of different letters; one may imitate the other`,
      concerns: [],
    })),
    ...(isEmail
      ? twins(same, withoutTag, values => ({
          rule: 'plusTagTwin',
          severity: 'warning',
          text: `${what}: ${values} differ only in the tag after "+"; in most mail systems they are the same mailbox`,
          concerns: [],
        }))
      : []),
  ];
}

function equalValues(group: readonly Holder[], isEmail: boolean, what: string): Finding[] {
  if (group.length < 2) return [];
  const spellings = new Set(group.map(({ value }) => value));
  const concerns = group.map(({ ref }) => ref);
  const { source } = group.at(-1)!;
  if (spellings.size > 1) {
    const text = `${what}: ${list(spellings)} differ only in letter case, so nobody can sign in with it`;
    return [{ rule: 'caseTwin', severity: 'warning', text, concerns, source }];
  }
  const text = `${what} ${list(spellings)} is on ${group.length} entities, so nobody can sign in with it`;
  const rule = isEmail ? 'duplicateEmail' : 'duplicateAnnotation';
  return [{ rule, severity: 'warning', text, concerns, source }];
}

/** Groups of values that differ for the sign-in, but have the same key. */
function twins(
  same: ReadonlyMap<string, readonly Holder[]>,
  keyOf: (value: string) => string,
  describe: (values: string) => Finding,
): Finding[] {
  const groups = groupBy(same.entries(), ([value]) => keyOf(value)).values();
  return [...groups]
    .filter(group => group.length > 1)
    .map(group => ({
      ...describe(list(group.map(([, [holder]]) => holder!.value))),
      concerns: group.flatMap(([, holders]) => holders.map(({ ref }) => ref)),
      source: group.at(-1)?.[1].at(-1)?.source,
    }));
}

/** The email without its tag. */
function withoutTag(email: string): string {
  return email.replace(/^([^+@]+)\+[^@]*@/, '$1@');
}

function list(values: Iterable<string>): string {
  return [...values].map(value => quote(value)).join(', ');
}
