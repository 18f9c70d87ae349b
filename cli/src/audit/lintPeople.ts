import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Subject } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type { Finding, SourcedEntity } from '../findings';
import { groupBy } from '../groupBy';
import { quote } from '../quote';
import type { Accounts } from './accounts';
import type { AuditedPerson } from './auditPerson';
import type { PersonResult } from './personResult';
import { readField } from './entities';

/** @internal */
export interface LintedPeople {
  /** With the outcomes `somebodyElse` and `shared` where they apply. */
  readonly people: readonly PersonResult[];
  readonly findings: readonly Finding[];
}

/**
 * Checks whether the entity of each person who signs in is their own, as far as the data shows.
 *
 * @internal
 */
export function lintPeople(
  audited: readonly AuditedPerson[],
  entities: ReadonlyMap<string, SourcedEntity>,
  accounts: Accounts,
): LintedPeople {
  const shared = sharedEntities(
    audited.map(({ result }) => result),
    entities,
  );
  const sharedRefs = new Set(shared.map(({ concerns }) => concerns[0]));
  const findings: Finding[] = [...shared];
  const unconfirmed: string[] = [];
  const named = new Set([...entities.values()].flatMap(entity => accounts.namedBy(entity)));
  const people = audited.map(({ result, subject, refused }): PersonResult => {
    const entity = entities.get(result.entityRef ?? '');
    if (refused && subject) {
      const others = refused
        .flatMap(ref => entities.get(ref) ?? [])
        .filter(each => accounts.isOfAnother(subject, each));
      return reportGuarded(result, others, accounts, findings);
    }
    if (!subject || !entity || result.outcome !== 'signsIn') return result;
    const contradiction = accounts.contradictionOf(subject, entity);
    if (contradiction) {
      const { text, others } = contradiction;
      findings.push({
        rule: 'becomesSomebodyElse',
        severity: 'danger',
        text: `${quote(result.username)} becomes ${result.entityRef} by ${result.step}, but ${text}`,
        concerns: [result.entityRef!, ...[result.username, ...others].map(toConcern)],
        source: entity.source,
      });
      return { ...result, outcome: 'somebodyElse', reason: `DANGER: ${text}` };
    }
    if (sharedRefs.has(result.entityRef)) return result;
    findings.push(...reusedEmail(result, subject, entity, accounts, named));
    if (isUnconfirmed(result, subject, entity, accounts)) {
      unconfirmed.push(toConcern(result.username));
    }
    return result;
  });
  if (unconfirmed.length > 0) {
    const count =
      unconfirmed.length === 1 ? '1 person becomes' : `${unconfirmed.length} people become`;
    findings.push({
      rule: 'unconfirmedMatch',
      severity: 'warning',
      text: `${count} an entity with a different email, which nobody in Bitbucket has: this is what a username given to somebody new looks like`,
      concerns: unconfirmed,
    });
  }
  return { people: markShared(people, shared), findings };
}

function toConcern(username: string): string {
  return `bitbucket:${username}`;
}

/** Reports a person whom the sign-in refuses, because the entity belongs to another account. */
function reportGuarded(
  result: PersonResult,
  others: readonly SourcedEntity[],
  accounts: Accounts,
  findings: Finding[],
): PersonResult {
  const refs = others.map(entity => stringifyEntityRef(entity));
  const owners = others.flatMap(entity => accounts.namedBy(entity));
  const whose =
    owners.length > 0
      ? owners.map(name => quote(name)).join(', ')
      : 'an account that Bitbucket does not list';
  const text = `${refs.join(', ')} belongs to ${whose} by its user id`;
  findings.push({
    rule: 'guardedEntity',
    severity: 'warning',
    text: `${quote(result.username)} is kept out: ${text}`,
    concerns: [...refs, ...[result.username, ...owners].map(toConcern)],
    source: others[0]?.source,
  });
  return { ...result, reason: text };
}

/** Reports a match by an email that another account has, too: it may have been given to a new person. */
function reusedEmail(
  result: PersonResult,
  subject: Subject,
  entity: SourcedEntity,
  accounts: Accounts,
  named: ReadonlySet<string>,
): Finding[] {
  if (!result.reliesOnEmail || accounts.isConfirmed(subject, entity)) return [];
  // An account that another entity names by id has that entity, so it does not claim this one.
  const others = accounts.sameEmail(subject).filter(username => !named.has(username));
  if (others.length === 0) return [];
  return [
    {
      rule: 'reusedEmail',
      severity: 'danger',
      text: `${quote(result.username)} becomes ${result.entityRef} by the email ${quote(subject.email)}, which ${others.map(name => quote(name)).join(', ')} has too: the entity may be that person's`,
      concerns: [result.entityRef!, ...[result.username, ...others].map(toConcern)],
      source: entity.source,
    },
  ];
}

/** Whether the match is by name only, and the entity has another email, which no account has. */
function isUnconfirmed(
  { reliesOnEmail }: PersonResult,
  subject: Subject,
  entity: SourcedEntity,
  accounts: Accounts,
): boolean {
  const email = readField(entity, 'spec.profile.email');
  if (typeof email !== 'string' || subject.email === undefined || reliesOnEmail) return false;
  return (
    localPart(email) !== localPart(subject.email) &&
    !accounts.isConfirmed(subject, entity) &&
    !accounts.hasEmail(email)
  );
}

/** Without tag and domain: another tag or another domain of the company does not mean another person. */
function localPart(email: string): string {
  return email.replace(/(\+[^@]*)?@.*$/, '').toLowerCase();
}

function sharedEntities(
  people: readonly PersonResult[],
  entities: ReadonlyMap<string, SourcedEntity>,
): Finding[] {
  const reached = people.filter(({ entityRef }) => entityRef !== undefined);
  return [...groupBy(reached, ({ entityRef }) => entityRef!)]
    .filter(([, group]) => group.length > 1)
    .map(([entityRef, group]) => ({
      rule: 'sharedEntity',
      severity: 'danger',
      text: `${entityRef} is reached by ${group.length} Bitbucket users: each of them can act as this person`,
      concerns: [entityRef, ...group.map(({ username }) => toConcern(username))],
      source: entities.get(entityRef)?.source,
    }));
}

/** Marks the people as well, for readers who look for one person. */
function markShared(people: readonly PersonResult[], shared: readonly Finding[]): PersonResult[] {
  const others = new Map(shared.map(({ concerns }) => [concerns[0]!, concerns.length - 2]));
  return people.map(person => {
    const number = others.get(person.entityRef ?? '');
    if (number === undefined || person.outcome === 'somebodyElse') return person;
    const users = number === 1 ? 'Bitbucket user' : 'Bitbucket users';
    return {
      ...person,
      outcome: 'shared',
      reason: `DANGER: shared with ${number} other ${users}`,
    };
  });
}
