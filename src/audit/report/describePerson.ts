import type { PersonResult } from '../people';

/**
 * What a person becomes, or why nobody, in one text.
 *
 * @internal
 */
export function describePerson(person: PersonResult): string {
  const { outcome, entityRef, step, reason, candidates, nearMisses } = person;
  if (outcome === 'signsIn') {
    return `${entityRef} by ${step}${reason ? ` (${reason})` : ''}`;
  }
  if (candidates.length > 0) {
    return `${candidates.join(', ')}${step ? ` by ${step}` : ''}`;
  }
  const hint = nearMisses.length > 0 ? `. Nearly: ${nearMisses.join('; ')}` : '';
  return `${reason ?? person.code ?? ''}${hint}`;
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
