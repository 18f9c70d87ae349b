import type { AuditOutcome, AuditReport, PersonResult } from '../audit';
import { changeKinds } from '../compare';
import type { ChangeKind, PersonChange, PersonState } from '../compare';

/**
 * The label and the colours of each outcome in reports.
 *
 * @internal
 */
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

/**
 * The entity of a person, or why there is none, as one text.
 *
 * @internal
 */
export function describePerson(person: PersonResult): string {
  const { head, details } = detailPerson(person);
  return [head, details.join('; ')].filter(Boolean).join(' ');
}

/**
 * The same in parts: the entity or the candidates, and the reasons.
 *
 * @internal
 */
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

/**
 * The day of the last use, or nothing when it is not known.
 *
 * @internal
 */
export function describeLastUse({ lastUsed }: PersonResult): string {
  if (lastUsed === undefined || !Number.isFinite(lastUsed)) return '';
  const date = new Date(lastUsed);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/**
 * Rounded down, so that 99.99 % of people is never "100 %".
 *
 * @internal
 */
export function formatPercent(coverage: number): string {
  return `${(Math.floor(coverage * 10) / 10).toFixed(1).replace(/\.0$/, '')} %`;
}

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
  const { covered, conflicted, compared } = suggestion;
  const lists = compared === 1 ? '1 list of resolvers was' : `${compared} lists of resolvers were`;
  const compare = `${lists} compared on the data of this report.`;
  const inConflict = counts.shared + counts.somebodyElse;
  if (covered <= counts.signsIn && conflicted.length >= inConflict) {
    return { text: `${compare} None is better than the configured one.` };
  }
  const percent = formatPercent((100 * covered) / Math.max(1, expected));
  const shown = conflicted.slice(0, maxConflicted);
  const rest = conflicted.length - shown.length;
  const names = [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const configured = `${counts.signsIn} people sign in as an entity of their own, and ${inConflict} share an entity or become somebody else`;
  const conflicts =
    conflicted.length > 0
      ? `${conflicted.length} would share an entity or become somebody else (${names}): first add the user id of each of these accounts to the right entity`
      : 'nobody would share an entity, and no other resolver or attribute contradicts one of the sign-ins';
  return {
    text: `${compare} With the configured one, ${configured}. With the one below, ${covered} (${percent}) would sign in as an entity of their own, and ${conflicts}.`,
    yaml: suggestion.yaml.trimEnd(),
  };
}

const maxConflicted = 10;

/** @internal */
export const changeLabels: Record<ChangeKind, string> = {
  becomesAnother: 'becomes another',
  loses: 'loses',
  gains: 'gains',
  joins: 'joins',
  leaves: 'leaves',
};

/**
 * How many changes there are of each kind.
 *
 * @internal
 */
export function countChanges(changes: readonly PersonChange[]): string {
  const nouns: Record<ChangeKind, readonly [string, string]> = {
    becomesAnother: ['becomes another entity', 'become another entity'],
    loses: ['can no longer sign in', 'can no longer sign in'],
    gains: ['can now sign in', 'can now sign in'],
    joins: ['is new', 'are new'],
    leaves: ['is gone', 'are gone'],
  };
  const parts = changeKinds.flatMap(kind => {
    const number = changes.filter(({ change }) => change === kind).length;
    return number > 0 ? [`${number} ${nouns[kind][number === 1 ? 0 : 1]}`] : [];
  });
  return parts.length > 0 ? parts.join(', ') : 'nothing changes for anybody';
}

/**
 * One change in words.
 *
 * @internal
 */
export function describeChange(change: PersonChange): string {
  const { username, before, after, takesOverFrom = [] } = change;
  const taken =
    takesOverFrom.length > 0 ? `; DANGER: before, this entity was ${takesOverFrom.join(', ')}` : '';
  return `${username}: ${describeState(before)} -> ${describeState(after)}${taken}`;
}

/**
 * The outcome of a sign-in in a few words.
 *
 * @internal
 */
export function describeState(state: PersonState | undefined): string {
  if (!state) return 'not in Bitbucket';
  const { outcome, entityRef, step, reason } = state;
  if (entityRef !== undefined) {
    const but = outcome === 'signsIn' ? '' : ` (${outcomeLabels[outcome]?.label ?? outcome})`;
    return `${entityRef}${step ? ` by ${step}` : ''}${but}`;
  }
  return `${outcomeLabels[outcome]?.label ?? outcome}${reason ? ` (${reason})` : ''}`;
}

/**
 * The name of a rule in words: `sharedEntity` is "Shared entity".
 *
 * @internal
 */
export function describeRule(rule: string): string {
  const words = rule.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
