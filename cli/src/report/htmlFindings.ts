import type { Finding } from '../findings';
import type { Comparison } from '../compare';
import { escapeHtml } from './htmlText';
import type { JudgedReport } from './JudgedReport';
import {
  changeLabels,
  countChanges,
  describeChange,
  describeRule,
  describeSuggestion,
} from './words';

/** More than these are in the JSON: a page is for reading. */
const maxConcerns = 200;
const maxFindings = 500;
const maxChanges = 500;

/**
 * What was found in the data, folded by rule, the dangerous first, and the list of resolvers that would
 * be better.
 *
 * @internal
 */
export function findingsSection(report: JudgedReport): string {
  const { findings } = report;
  const groups = new Map<string, Finding[]>();
  for (const finding of findings.slice(0, maxFindings)) {
    const key = finding.accepted ? 'accepted' : `${finding.severity} ${finding.rule}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  const rest = findings.length - maxFindings;
  const list =
    findings.length > 0
      ? `${[...groups.values()].map(describeGroup).join('\n')}${rest > 0 ? `<p class="about">and ${rest} more findings, see --json</p>` : ''}`
      : '<p class="about">Nothing was found that is wrong in the data.</p>';
  const suggestion = describeSuggestion(report);
  const yaml = suggestion?.yaml ? `<pre>${escapeLines(suggestion.yaml)}</pre>` : '';
  return `<section class="findings"><h2>Findings</h2>${list}</section>${
    suggestion
      ? `<section><h2>Suggestion</h2><p class="about">${escapeHtml(suggestion.text)}</p>${yaml}</section>`
      : ''
  }`;
}

function describeGroup(group: readonly Finding[]): string {
  const [{ severity, rule, accepted }] = group as [Finding];
  const label = accepted ? 'accepted' : severity;
  const title = accepted ? 'In the baseline' : describeRule(rule);
  const items = group.map(describe).join('');
  return `<details class="${label}"><summary><strong>${label}</strong> ${title} <span class="count">${group.length}</span></summary><ul>${items}</ul></details>`;
}

function describe({ text, concerns, source, accepted }: Finding): string {
  const shown = concerns.slice(0, maxConcerns).map(each => `<code>${escapeHtml(each)}</code>`);
  const rest = concerns.length - shown.length;
  const list = `${shown.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const concerned =
    concerns.length > 6
      ? `<details><summary>${concerns.length} concerned</summary>${list}</details>`
      : `<p>${list}</p>`;
  const line = source?.line === undefined ? '' : `:${source.line}`;
  const place = source ? `<p>in <code>${escapeHtml(source.file)}${line}</code></p>` : '';
  const reason = accepted ? `<p>${escapeHtml(`${accepted.date}: ${accepted.reason}`)}</p>` : '';
  return `<li>${escapeHtml(text)}${concerned}${place}${reason}</li>`;
}

/**
 * How many findings there are of each severity, in a line.
 *
 * @internal
 */
export function countFindings(findings: readonly Finding[]): string {
  const open = findings.filter(({ accepted }) => !accepted);
  const counts = (['danger', 'warning', 'info'] as const).flatMap(severity => {
    const number = open.filter(finding => finding.severity === severity).length;
    return number > 0 ? [`<strong class="${severity}">${number} ${severity}</strong>`] : [];
  });
  return counts.length > 0 ? `Findings, below the people: ${counts.join(', ')}` : 'No findings';
}

/**
 * What has changed against another report or config, folded.
 *
 * @internal
 */
export function comparisonSection(comparison: Comparison | undefined): string {
  if (!comparison) return '';
  const { changes, notes } = comparison;
  const items = changes
    .slice(0, maxChanges)
    .map(
      change =>
        `<li${change.takesOverFrom ? ' class="danger"' : ''}><strong>${changeLabels[change.change]}</strong> ${escapeHtml(describeChange(change))}</li>`,
    );
  const rest = changes.length - items.length;
  return `<section class="changes"><details><summary>Compared with ${escapeHtml(comparison.with)}: ${countChanges(changes)}</summary>${notes.map(note => `<p>${escapeHtml(note)}</p>`).join('')}<ul>${items.join('')}</ul>${rest > 0 ? `<p>and ${rest} more, see --json</p>` : ''}</details></section>`;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeHtml).join('\n');
}
