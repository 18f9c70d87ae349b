import type { PersonResult } from '../people';

/**
 * What a person becomes, or why nobody, in one text.
 *
 * @internal
 */
export function describePerson(person: PersonResult): string {
  const { head, details } = detailPerson(person);
  return [head, details.join('; ')].filter(Boolean).join(' ');
}

/**
 * The same in parts: who the person is or may be, and how that comes.
 *
 * @internal
 */
export function detailPerson(person: PersonResult): { head: string; details: string[] } {
  const { outcome, entityRef = '', step, reason, code, candidates, nearMisses } = person;
  const { moreCandidates = 0 } = person;
  const by = step ? [`by ${step}`] : [];
  if (outcome === 'signsIn')
    return { head: entityRef, details: [...by, ...(reason ? [reason] : [])] };
  if (candidates.length > 0) {
    const more = moreCandidates > 0 ? [`and ${moreCandidates} more`] : [];
    return { head: candidates.join(', '), details: [...more, ...by] };
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
