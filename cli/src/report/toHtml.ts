import { createHash } from 'node:crypto';
import { auditOutcomes, isExpectedToSignIn } from '../audit';
import type { AuditOutcome, AuditSummary, PersonResult } from '../audit';
import type { Comparison } from '../compare';
import type { Finding } from '../findings';
import { reportScript, reportStyle } from './htmlAssets';
import type { JudgedReport } from './JudgedReport';
import { escapeHtml } from './printable';
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
 * A report as one page that works from disk: no network, no other file. Everything foreign is text;
 * a policy in the page lets no other script run, and nothing be loaded or sent.
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
<title>Who can sign in: ${escapeHtml(report.env)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>Who can sign in to Backstage</h1>
<p class="about">${escapeHtml(report.baseUrl)} · environment <b>${escapeHtml(report.env)}</b> · ${report.entities.users} catalog users · ${escapeHtml(report.generatedAt.slice(0, 16).replace('T', ' '))} UTC</p>
<p class="about">Resolvers, in order: ${report.resolvers.map(name => `<code>${escapeHtml(name)}</code>`).join(' → ')}</p>
<p class="about">${countFindings(report.findings)}.${relianceOf(report.summary)}</p>
${report.missing.map(text => `<p class="incomplete">Incomplete: ${escapeHtml(text)}</p>`).join('\n')}
</header>
<main>
<section class="numbers">
${drawDonut(report.summary)}
<div class="legend">${present.map(outcome => chip(outcome, report.summary.counts[outcome])).join('')}</div>
</section>
${comparisonSection(report.comparison)}
<section>
<div class="bar" hidden><h2>People</h2><input id="search" type="search" placeholder="Name, email, entity, reason …" aria-label="Search"><span id="shown" role="status"></span></div>
<table id="table" role="table" hidden><caption>People, with what their sign-in comes to</caption>
<thead role="rowgroup"><tr role="row">${columns.map((name, index) => `<th scope="col" role="columnheader"><button data-column="${index}">${name}</button></th>`).join('')}</tr></thead>
<tbody id="people" role="rowgroup"></tbody></table>
<button id="more" hidden>Show more</button>
<noscript><h2>People</h2>${plainTable(report.people)}</noscript>
</section>
${findingsSection(report)}
${report.notes.map(note => `<p class="about">Note: ${escapeHtml(note)}</p>`).join('\n')}
</main>
<script type="application/json" id="data">${dataOf(report)}</script>
<script>${reportScript}</script>
</body>
</html>
`;

  function chip(outcome: AuditOutcome, count: number): string {
    const share = formatPercent((100 * count) / Math.max(1, report.summary.total));
    return `<button class="chip ${outcome}" data-outcome="${outcome}" aria-pressed="false"><i></i><span>${outcomeLabels[outcome].label}</span><b>${count}</b><small>${share}</small></button>`;
  }
}

const columns = ['Bitbucket user', 'Sign-in', 'As, or why not', 'Last used'];

function relianceOf({ reliesOnEditableEmail, reliesOnUnknownEmail }: AuditSummary): string {
  return [
    ...(reliesOnEditableEmail > 0
      ? [` ${reliesOnEditableEmail} rely on an email that they can edit.`]
      : []),
    ...(reliesOnUnknownEmail > 0
      ? [` ${reliesOnUnknownEmail} rely on an email of which that is not known.`]
      : []),
  ].join('');
}

/**
 * For a browser that runs no script. One that does takes it for a text, so that 50,000 rows cost
 * nothing.
 */
function plainTable(people: readonly PersonResult[]): string {
  const rows = people.map(person => {
    const { displayName, username, email = '', id = '', outcome } = person;
    const facts = [displayName === username ? '' : displayName, email, id === '' ? '' : `id ${id}`];
    const { head, details } = detailPerson(person);
    const who = [username, ...facts].filter(Boolean).map(escapeHtml).join(' · ');
    const result = [head, ...details].filter(Boolean).map(escapeHtml).join('<br>');
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

/** Without angle brackets, so that no text can end the element; no line separators, which old parsers trip over. */
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
 * The outcomes of those who should be able to sign in as a ring, with the coverage in its middle.
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

/** More than these are in the JSON: a page is for reading. */
const maxConcerns = 200;
const maxFindings = 500;
const maxChanges = 500;

/** What was found, folded by rule, the dangerous first, and the list of resolvers that would be better. */
function findingsSection(report: JudgedReport): string {
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

function countFindings(findings: readonly Finding[]): string {
  const open = findings.filter(({ accepted }) => !accepted);
  const counts = (['danger', 'warning', 'info'] as const).flatMap(severity => {
    const number = open.filter(finding => finding.severity === severity).length;
    return number > 0 ? [`<strong class="${severity}">${number} ${severity}</strong>`] : [];
  });
  return counts.length > 0 ? `Findings, below the people: ${counts.join(', ')}` : 'No findings';
}

function comparisonSection(comparison: Comparison | undefined): string {
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
