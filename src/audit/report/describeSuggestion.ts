import type { AuditReport } from '../AuditReport';
import { formatPercent } from './formatPercent';

/**
 * What a suggestion comes to, against the list that is configured.
 *
 * @returns the text, and the YAML when another list is better; `undefined` without a suggestion
 * @internal
 */
export function describeSuggestion({
  suggestion,
  summary,
  findings,
}: AuditReport): { readonly text: string; readonly yaml?: string } | undefined {
  if (!suggestion) return undefined;
  const { counts, expected } = summary;
  const sharing = findings
    .filter(({ rule }) => rule === 'sharedEntity')
    .reduce((sum, { concerns }) => sum + concerns.length - 1, 0);
  if (sharing === 0 && suggestion.covered <= counts.signsIn) {
    return { text: 'No other list of resolvers would sign more people in without a conflict.' };
  }
  const percent = formatPercent((100 * suggestion.covered) / Math.max(1, expected));
  const today = `The configured list signs in ${counts.signsIn} people${sharing > 0 ? `, of whom ${sharing} share an entity` : ''}.`;
  return {
    text: `${today} Without a conflict (no entity for two people, nobody taken for somebody else) it is at most ${suggestion.covered} people (${percent}), with this list:`,
    yaml: suggestion.yaml.trimEnd(),
  };
}
