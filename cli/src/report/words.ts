import type { EntityAccount } from '../accountsOfEntity';
import type { AuditOutcome, AuditReport, AuditSummary, Finding, PersonResult } from '../audit';
import { changeKinds } from '../compare';
import type { ChangeKind, PersonChange, PersonState } from '../compare';
import { groupBy } from '../groupBy';

/** The label and the colours of each outcome in reports. @internal */
export const outcomeLabels: Record<
  AuditOutcome,
  { readonly label: string; readonly color: string; readonly ansi: number }
> = {
  signsIn: { label: 'signs in', color: '#2e9e5b', ansi: 32 },
  somebodyElse: { label: 'somebody else', color: '#b3123f', ansi: 31 },
  shared: { label: 'shared entity', color: '#d1477a', ansi: 31 },
  withoutEntity: { label: 'without entity', color: '#3f7fb5', ansi: 36 },
  unknown: { label: 'unknown', color: '#5c6b7a', ansi: 33 },
  nobody: { label: 'no match', color: '#d64545', ansi: 31 },
  ambiguous: { label: 'ambiguous', color: '#8e44ad', ansi: 35 },
  denied: { label: 'denied', color: '#e08a1e', ansi: 33 },
  missing: { label: 'missing attribute', color: '#c2a83e', ansi: 33 },
  error: { label: 'error', color: '#7b2d26', ansi: 31 },
  unused: { label: 'not seen recently', color: '#b7c0c9', ansi: 90 },
  unlicensed: { label: 'no licence', color: '#a9b3bd', ansi: 90 },
  inactive: { label: 'inactive', color: '#9aa5b1', ansi: 90 },
  service: { label: 'service account', color: '#6b7785', ansi: 90 },
};

/** A number with its noun. @internal */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The first items of a list, how many there are beyond, and where these are. @internal */
export function firstOf(items: readonly string[], max: number, hint?: string): string[] {
  const rest = items.length - max;
  const more = `and ${rest} more${hint ? `; ${hint}` : ''}`;
  return rest > 0 ? [...items.slice(0, max), more] : [...items];
}

/** A finding with whom it concerns. @internal */
export function describeFinding({ text, concerns }: Finding, maxConcerns: number): string {
  const list = firstOf(concerns, maxConcerns).join(', ');
  return list ? `${text} [${list}]` : text;
}

/** The number that an audit is about. @internal */
export function describeCoverage({ coverage, expected }: AuditSummary): string {
  const people = plural(expected, 'person', 'people');
  return `${formatPercent(coverage)} of ${people} would sign in as an entity of their own`;
}

/** What identifies an account to a reader, besides its username. @internal */
export function factsOf({
  username,
  displayName,
  id,
  email,
}: Pick<EntityAccount, 'username' | 'displayName' | 'id' | 'email'>): string[] {
  return [
    ...(displayName === username ? [] : [displayName]),
    ...(id === undefined ? [] : [`id ${id}`]),
    ...(email ? [email] : []),
  ];
}

/** The entity of a person or the candidates, and the reasons. @internal */
export function detailPerson(person: PersonResult): { head: string; details: string[] } {
  const { entityRef, step, reason, code, candidates, nearMisses } = person;
  const { moreCandidates = 0 } = person;
  const by = step ? [`by ${step}`] : [];
  const because = reason ? [reason] : [];
  if (entityRef !== undefined) return { head: entityRef, details: [...by, ...because] };
  if (candidates.length > 0) {
    const more = moreCandidates > 0 ? [`and ${moreCandidates} more`] : [];
    const why = person.outcome === 'unknown' ? because : [];
    return { head: candidates.join(', '), details: [...more, ...by, ...why] };
  }
  const why = reason?.split('; ') ?? [code ?? ''];
  return { head: '', details: [...why, ...nearMisses.map(miss => `nearly ${miss}`)] };
}

/** The same as one text. @internal */
export function describePerson(person: PersonResult): string {
  const { head, details } = detailPerson(person);
  return [head, details.join('; ')].filter(Boolean).join(' ');
}

/** The day of the last use, or nothing when it is not known. @internal */
export function describeLastUse({ lastUsed }: PersonResult): string {
  const date = new Date(lastUsed ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/** Rounded down, so that 99.99 % of people is never "100 %". @internal */
export function formatPercent(coverage: number): string {
  return `${Math.floor(coverage * 10) / 10} %`;
}

/** How many people rely on an email, and whether they can edit it. @internal */
export function describeReliance({
  reliesOnEditableEmail: editable,
  reliesOnUnknownEmail: unknown,
}: AuditSummary): string[] {
  const rely = (number: number) => plural(number, 'person relies', 'people rely');
  return [
    ...(editable > 0 ? [`${rely(editable)} on an email that they can edit in Bitbucket.`] : []),
    ...(unknown > 0 ? [`${rely(unknown)} on an email, and it is not known who can edit it.`] : []),
  ];
}

const maxConflicted = 10;

/**
 * The suggested list of resolvers, compared with the configured one.
 *
 * @returns the text, and the YAML if another list is better; `undefined` without a suggestion
 * @internal
 */
export function describeSuggestion({
  suggestion,
  summary,
}: AuditReport): { readonly text: string; readonly yaml?: string } | undefined {
  if (!suggestion) return undefined;
  const { counts, expected } = summary;
  const { covered, conflicted } = suggestion;
  const lists = plural(suggestion.compared, 'list of resolvers was', 'lists of resolvers were');
  const compared = `${lists} compared on the data of this report.`;
  const inConflict = counts.shared + counts.somebodyElse;
  if (covered <= counts.signsIn && conflicted.length >= inConflict) {
    return { text: `${compared} None is better than the configured one.` };
  }
  const percent = formatPercent((100 * covered) / Math.max(1, expected));
  const sign = plural(
    counts.signsIn,
    'person signs in as an entity',
    'people sign in as an entity',
  );
  const share = plural(inConflict, 'shares an entity or becomes', 'share an entity or become');
  const conflicts =
    conflicted.length > 0
      ? `${conflicted.length} would share an entity or become somebody else (${firstOf(conflicted, maxConflicted).join(', ')}): first add the user id of each of these accounts to the right entity`
      : 'nobody would share an entity, and no other resolver or attribute contradicts one of the sign-ins';
  return {
    text: `${compared} With the configured one, ${sign} of their own, and ${share} somebody else. With the one below, ${covered} (${percent}) would sign in as an entity of their own, and ${conflicts}.`,
    yaml: suggestion.yaml.trimEnd(),
  };
}

/** What happens to one or several people by a change, and its colour. @internal */
export const changeLabels: Record<ChangeKind, readonly [one: string, many: string, ansi: number]> =
  {
    becomesAnother: ['becomes another entity', 'become another entity', 31],
    loses: ['can no longer sign in', 'can no longer sign in', 31],
    gains: ['can now sign in', 'can now sign in', 32],
    joins: ['is new', 'are new', 32],
    leaves: ['is gone', 'are gone', 90],
  };

/** How many changes there are of each kind. @internal */
export function countChanges(changes: readonly PersonChange[]): string {
  const groups = groupBy(changes, ({ change }) => change);
  const parts = changeKinds.flatMap(kind => {
    const [one, many] = changeLabels[kind];
    return groups.has(kind) ? [plural(groups.get(kind)!.length, one, many)] : [];
  });
  return parts.join(', ') || 'nothing changes for anybody';
}

/** One change in words. @internal */
export function describeChange({ username, before, after, takesOverFrom }: PersonChange): string {
  const taken = takesOverFrom
    ? `; DANGER: before, this entity was ${takesOverFrom.join(', ')}`
    : '';
  return `${username}: ${describeState(before)} -> ${describeState(after)}${taken}`;
}

/** The outcome of a sign-in in a few words. @internal */
export function describeState(state: PersonState | undefined): string {
  if (!state) return 'not in Bitbucket';
  const { outcome, entityRef, step, reason } = state;
  // A report of an earlier version may have an outcome that is not known any more.
  const label = outcomeLabels[outcome]?.label ?? outcome;
  if (entityRef === undefined) return `${label}${reason ? ` (${reason})` : ''}`;
  const but = outcome === 'signsIn' ? '' : ` (${label})`;
  return `${entityRef}${step ? ` by ${step}` : ''}${but}`;
}

/** The name of a rule or change in words: `sharedEntity` is "shared entity". @internal */
export function inWords(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
}

/** The same at the beginning of a sentence. @internal */
export function describeRule(rule: string): string {
  return inWords(rule).replace(/^./, letter => letter.toUpperCase());
}
