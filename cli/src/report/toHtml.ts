import { createHash } from 'node:crypto';
import { auditOutcomes, isExpectedToSignIn } from '../audit';
import type { AuditOutcome, AuditReport, AuditSummary, Finding } from '../audit';
import { printable } from './printable';
import { reportScript } from './reportScript';
import { reportStyle } from './reportStyle';
import {
  describeLastUse,
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
export function toHtml(report: AuditReport): string {
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
${report.missing.map(text => `<p class="incomplete">Incomplete: ${escapeHtml(text)}</p>`).join('\n')}
</header>
<main>
<section class="numbers">
${drawDonut(report.summary)}
<div class="legend">${present.map(outcome => chip(outcome, report.summary.counts[outcome])).join('')}</div>
</section>
${findingsSection(report)}
<section>
<div class="bar"><h2>People</h2><input id="search" type="search" placeholder="Name, email, entity, reason …" aria-label="Search"><span id="shown" role="status"></span></div>
<table><thead><tr><th>Bitbucket user</th><th>Sign-in</th><th>As, or why not</th><th>Last used</th></tr></thead><tbody id="people"></tbody></table>
<button id="more" hidden>Show more</button>
</section>
${report.notes.map(note => `<p class="about">Note: ${escapeHtml(note)}</p>`).join('\n')}
</main>
<script type="application/json" id="data">${dataOf(report)}</script>
<script>${reportScript}</script>
</body>
</html>
`;

  function chip(outcome: AuditOutcome, count: number): string {
    const share = formatPercent((100 * count) / report.summary.total);
    return `<button class="chip ${outcome}" data-outcome="${outcome}" aria-pressed="false"><i></i><span>${outcomeLabels[outcome].label}</span><b>${count}</b><small>${share}</small></button>`;
  }
}

function dataOf(report: AuditReport): string {
  const rows = report.people.map(person => {
    const { head, details } = detailPerson(person);
    return [
      person.username,
      person.displayName,
      person.email ?? '',
      person.id ?? '',
      person.outcome,
      describeLastUse(person),
      head,
      ...details,
    ];
  });
  const labels = Object.fromEntries(
    auditOutcomes.map(outcome => [outcome, outcomeLabels[outcome].label]),
  );
  // No "<", so that no text can end the element; no line separators, which old parsers trip over.
  return JSON.stringify({ labels, rows }).replace(
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

/**
 * What was found in the data, the dangerous first, and the list of resolvers that would be better.

 */
function findingsSection(report: AuditReport): string {
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

/**
 * A foreign text as HTML text or quoted attribute value, with what is invisible shown.

 */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}
