import { createHash } from 'node:crypto';
import { auditOutcomes, isExpectedToSignIn } from '../audit';
import type { AuditOutcome, AuditSummary, PersonResult } from '../audit';
import type { Comparison } from '../compare';
import type { Finding } from '../findings';
import { groupBy } from '../groupBy';
import { reportScript, reportStyle } from './htmlAssets';
import type { JudgedReport } from './JudgedReport';
import { escapeMarkup } from './printable';
import {
  changeLabels,
  countChanges,
  describeChange,
  describeLastUse,
  describeRule,
  describeSuggestion,
  detailPerson,
  formatPercent,
  outcomeLabels,
} from './words';

/**
 * A report as one HTML page that works from disk, without network or other files. Values from outside
 * are only ever text, and the page's Content Security Policy allows no other script and no request.
 *
 * @public
 */
export function toHtml(report: JudgedReport): string {
  const present = auditOutcomes.filter(outcome => report.summary.counts[outcome] > 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(reportStyle)}'; script-src '${hashOf(reportScript)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Who can sign in: ${escapeMarkup(report.env)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>Who can sign in to Backstage</h1>
<p class="about">${escapeMarkup(report.baseUrl)} · environment <b>${escapeMarkup(report.env)}</b> · ${report.entities.users} catalog users · ${escapeMarkup(report.generatedAt.slice(0, 16).replace('T', ' '))} UTC</p>
<p class="about">Resolvers, in order: ${report.resolvers.map(name => `<code>${escapeMarkup(name)}</code>`).join(' → ')}</p>
<p class="about">${countFindings(report.findings)}.${relianceOf(report.summary)}</p>
${report.missing.map(text => `<p class="incomplete">Incomplete: ${escapeMarkup(text)}</p>`).join('\n')}
</header>
<main>
<section class="numbers">
${drawDonut(report.summary)}
<div class="legend">${present.map(outcome => drawChip(outcome, report.summary.counts[outcome])).join('')}</div>
</section>
${comparisonSection(report.comparison)}
<section>
<div class="bar" hidden><h2>People</h2><input id="search" type="search" placeholder="Name, email, entity, reason …" aria-label="Search"><span id="shown" role="status"></span></div>
<table id="table" role="table" hidden><caption>People and the outcome of their sign-in</caption>
<thead role="rowgroup"><tr role="row">${columns.map((name, index) => `<th scope="col" role="columnheader"><button data-column="${index}">${name}</button></th>`).join('')}</tr></thead>
<tbody id="people" role="rowgroup"></tbody></table>
<button id="more" hidden>Show more</button>
<noscript><h2>People</h2>${plainTable(report.people)}</noscript>
</section>
${findingsSection(report)}
${report.notes.map(note => `<p class="about">Note: ${escapeMarkup(note)}</p>`).join('\n')}
</main>
<script type="application/json" id="data">${dataOf(report)}</script>
<script>${reportScript}</script>
</body>
</html>
`;
}

const columns = ['Bitbucket user', 'Sign-in', 'Entity or reason', 'Last used'];

function drawChip(outcome: AuditOutcome, count: number): string {
  return `<button class="chip ${outcome}" data-outcome="${outcome}" aria-pressed="false"><i></i><span>${outcomeLabels[outcome].label}</span><b>${count}</b></button>`;
}

function relianceOf({ reliesOnEditableEmail, reliesOnUnknownEmail }: AuditSummary): string {
  return [
    ...(reliesOnEditableEmail > 0
      ? [` ${rely(reliesOnEditableEmail)} on an email that they can edit.`]
      : []),
    ...(reliesOnUnknownEmail > 0
      ? [` ${rely(reliesOnUnknownEmail)} on an email, and it is not known who can edit it.`]
      : []),
  ].join('');
}

function rely(count: number): string {
  return count === 1 ? '1 person relies' : `${count} people rely`;
}

/**
 * For a browser without scripts. A browser with scripts does not parse the content of `noscript`, so
 * 50,000 rows cost nothing.
 */
function plainTable(people: readonly PersonResult[]): string {
  const rows = people.map(person => {
    const { displayName, username, email = '', id = '', outcome } = person;
    const facts = [displayName === username ? '' : displayName, email, id === '' ? '' : `id ${id}`];
    const { head, details } = detailPerson(person);
    const who = [username, ...facts].filter(Boolean).map(escapeMarkup).join(' · ');
    const result = [head, ...details].filter(Boolean).map(escapeMarkup).join('<br>');
    return `<tr><th scope="row">${who}</th><td>${outcomeLabels[outcome].label}</td><td>${result}</td><td>${describeLastUse(person)}</td></tr>`;
  });
  const heads = columns.map(name => `<th scope="col">${name}</th>`).join('');
  return `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function dataOf({ people }: JudgedReport): string {
  const rows = people.map(person => {
    const { username, displayName, email = '', id = '', outcome } = person;
    const { head, details } = detailPerson(person);
    const lastUsed = describeLastUse(person);
    return toSafeJson([username, displayName, email, id, outcome, lastUsed, head, ...details]);
  });
  const labels = Object.fromEntries(
    auditOutcomes.map(outcome => [outcome, outcomeLabels[outcome].label]),
  );
  return `{"labels":${toSafeJson(labels)},"rows":[${rows.join(',')}]}`;
}

/** JSON without angle brackets, so that no value can end the script element, and without line separators. */
function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

const radius = 80;
const round = 2 * Math.PI * radius;

/**
 * A ring chart of the outcomes of those who should be able to sign in, with the coverage in the middle.
 */
function drawDonut({ counts, coverage, expected }: AuditSummary): string {
  let before = 0;
  const arcs = auditOutcomes
    .filter(outcome => isExpectedToSignIn({ outcome }) && counts[outcome] > 0)
    .map(outcome => {
      const length = (counts[outcome] / expected) * round;
      const { label, color } = outcomeLabels[outcome];
      const arc = `<circle r="${radius}" fill="none" stroke="${color}" stroke-width="30" stroke-dasharray="${length.toFixed(2)} ${round.toFixed(2)}" stroke-dashoffset="${(-before).toFixed(2)}"><title>${label}: ${counts[outcome]}</title></circle>`;
      before += length;
      return arc;
    });
  return `<svg class="donut" viewBox="-100 -100 200 200" role="img" aria-label="${formatPercent(coverage)} of ${expected} people would sign in as an entity of their own"><g transform="rotate(-90)"><circle r="${radius}" fill="none" class="track" stroke-width="30"/>${arcs.join('')}</g><text y="2" text-anchor="middle" class="big">${formatPercent(coverage)}</text><text y="24" text-anchor="middle" class="small">of ${expected} people sign in</text></svg>`;
}

/** Limits for a page that people read. The JSON has everything. */
const maxConcerns = 200;
const maxFindings = 500;
const maxChanges = 500;

/** The findings, grouped by rule and with dangers first, and the suggestion. */
function findingsSection(report: JudgedReport): string {
  const { findings } = report;
  const groups = groupBy(findings.slice(0, maxFindings), ({ accepted, severity, rule }) =>
    accepted ? 'accepted' : `${severity} ${rule}`,
  );
  const rest = findings.length - maxFindings;
  const list =
    findings.length > 0
      ? `${[...groups.values()].map(describeGroup).join('\n')}${rest > 0 ? `<p class="about">and ${rest} more findings, see --json</p>` : ''}`
      : '<p class="about">No problems were found in the data.</p>';
  const suggestion = describeSuggestion(report);
  const yaml = suggestion?.yaml ? `<pre>${escapeLines(suggestion.yaml)}</pre>` : '';
  return `<section class="findings"><h2>Findings</h2>${list}</section>${
    suggestion
      ? `<section><h2>Suggestion</h2><p class="about">${escapeMarkup(suggestion.text)}</p>${yaml}</section>`
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
  const shown = concerns.slice(0, maxConcerns).map(each => `<code>${escapeMarkup(each)}</code>`);
  const rest = concerns.length - shown.length;
  const list = `${shown.join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const concerned =
    concerns.length > 6
      ? `<details><summary>${concerns.length} affected</summary>${list}</details>`
      : `<p>${list}</p>`;
  const line = source?.line === undefined ? '' : `:${source.line}`;
  const place = source ? `<p>in <code>${escapeMarkup(source.file)}${line}</code></p>` : '';
  const reason = accepted ? `<p>${escapeMarkup(`${accepted.date}: ${accepted.reason}`)}</p>` : '';
  return `<li>${escapeMarkup(text)}${concerned}${place}${reason}</li>`;
}

function countFindings(findings: readonly Finding[]): string {
  const open = findings.filter(({ accepted }) => !accepted);
  const counts = (['danger', 'warning', 'info'] as const).flatMap(severity => {
    const number = open.filter(finding => finding.severity === severity).length;
    const noun = number === 1 || severity === 'info' ? severity : `${severity}s`;
    return number > 0 ? [`<strong class="${severity}">${number} ${noun}</strong>`] : [];
  });
  return counts.length > 0 ? `Findings (below the people): ${counts.join(', ')}` : 'No findings';
}

function comparisonSection(comparison: Comparison | undefined): string {
  if (!comparison) return '';
  const { changes, notes } = comparison;
  const items = changes
    .slice(0, maxChanges)
    .map(
      change =>
        `<li${change.takesOverFrom ? ' class="danger"' : ''}><strong>${changeLabels[change.change]}</strong> ${escapeMarkup(describeChange(change))}</li>`,
    );
  const rest = changes.length - items.length;
  return `<section class="changes"><details><summary>Compared with ${escapeMarkup(comparison.with)}: ${countChanges(changes)}</summary>${notes.map(note => `<p>${escapeMarkup(note)}</p>`).join('')}<ul>${items.join('')}</ul>${rest > 0 ? `<p>and ${rest} more, see --json</p>` : ''}</details></section>`;
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeMarkup).join('\n');
}
