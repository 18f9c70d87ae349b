import { auditOutcomes } from './PersonResult';
import type { PersonResult } from './PersonResult';

/**
 * Those who used Bitbucket last come first: they are the ones who will be at the door tomorrow.
 * People of whom that is not known follow, those with a problem first.
 *
 * @internal
 */
export function sortPeople(people: readonly PersonResult[]): PersonResult[] {
  const compare = new Intl.Collator('en').compare;
  return [...people].sort(
    (a, b) =>
      (b.lastUsed ?? 0) - (a.lastUsed ?? 0) || rank(a) - rank(b) || compare(a.username, b.username),
  );
}

const problemsFirst = [...auditOutcomes.filter(outcome => outcome !== 'signsIn'), 'signsIn'];

function rank({ outcome }: PersonResult): number {
  if (outcome === 'inactive' || outcome === 'service') return problemsFirst.length;
  return problemsFirst.indexOf(outcome);
}
