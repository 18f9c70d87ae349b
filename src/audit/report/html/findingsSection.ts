import type { AuditReport } from '../../AuditReport';
import type { Finding } from '../../lint';
import { describeSuggestion } from '../describeSuggestion';
import { escapeHtml } from './escapeHtml';

/** More than these are in the JSON: a page is for reading. */
const maxConcerns = 200;
const maxFindings = 500;

/**
 * What was found in the data, the dangerous first, and the list of resolvers that would be better.
 *
 * @internal
 */
export function findingsSection(report: AuditReport): string {
  const { findings } = report;
  const items = findings.slice(0, maxFindings).map(describe).join('\n');
  const rest = findings.length - maxFindings;
  const list =
    findings.length > 0
      ? `<ul class="findings">${items}</ul>${rest > 0 ? `<p class="about">and ${rest} more findings, see --json</p>` : ''}`
      : '<p class="about">Nothing was found that is wrong in the data.</p>';
  const suggestion = describeSuggestion(report);
  const yaml = suggestion?.yaml ? `<pre>${escapeLines(suggestion.yaml)}</pre>` : '';
  return `<section><h2>Findings</h2>${list}</section>${
    suggestion
      ? `<section><h2>Suggestion</h2><p class="about">${escapeHtml(suggestion.text)}</p>${yaml}</section>`
      : ''
  }`;
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
  return text.split('\n').map(escapeHtml).join('\n');
}
