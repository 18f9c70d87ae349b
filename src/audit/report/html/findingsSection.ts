import type { AuditReport } from '../../AuditReport';
import type { Finding } from '../../lint';
import { formatPercent } from '../formatPercent';
import { escapeHtml } from './escapeHtml';

/** More than these are in the JSON: a page is for reading. */
const maxConcerns = 200;
const maxFindings = 500;

/**
 * What was found in the data, the dangerous first, and the list of resolvers that would be better.
 *
 * @internal
 */
export function findingsSection({ findings, suggestion, summary, resolvers }: AuditReport): string {
  const items = findings.slice(0, maxFindings).map(describe).join('\n');
  const rest = findings.length - maxFindings;
  const list =
    findings.length > 0
      ? `<ul class="findings">${items}</ul>${rest > 0 ? `<p class="about">and ${rest} more findings, see --json</p>` : ''}`
      : '<p class="about">Nothing was found that is wrong in the data.</p>';
  return `<section><h2>Findings</h2>${list}</section>${suggestion ? suggestionSection() : ''}`;

  function suggestionSection(): string {
    const names = suggestion!.resolvers.map(({ resolver }) => resolver);
    if (names.join() === resolvers.join()) {
      return '<section><h2>Suggestion</h2><p class="about">No other list of resolvers would sign more people in without a conflict.</p></section>';
    }
    const share = formatPercent((100 * suggestion!.covered) / Math.max(1, summary.expected));
    return `<section><h2>Suggestion</h2><p class="about">Without a conflict (no entity for two people, nobody taken for somebody else), at most ${share} (${suggestion!.covered} people) would sign in, with this list:</p><pre>${escapeLines(suggestion!.yaml)}</pre></section>`;
  }
}

function describe({ severity, text, concerns }: Finding): string {
  const shown = concerns.slice(0, maxConcerns).map(each => `<code>${escapeHtml(each)}</code>`);
  const rest = concerns.length - shown.length;
  const list = `${shown.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const concerned =
    concerns.length > 6
      ? `<details><summary>${concerns.length} concerned</summary>${list}</details>`
      : `<p>${list}</p>`;
  return `<li class="${severity}"><strong>${severity}</strong><div>${escapeHtml(text)}${concerned}</div></li>`;
}

function escapeLines(text: string): string {
  return text.trimEnd().split('\n').map(escapeHtml).join('\n');
}
