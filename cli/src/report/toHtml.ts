import { createHash } from 'node:crypto';
import { auditOutcomes, isExpectedToSignIn } from '../audit';
import type { AuditOutcome, AuditReport, AuditSummary, PersonResult } from '../audit';
import type { Comparison } from '../compare';
import type { Finding } from '../findings';
import { groupBy } from '../groupBy';
import { reportScript, reportStyle } from './htmlAssets';
import type { JudgedReport } from './JudgedReport';
import { Markup, markup } from './printable';
import {
  countChanges,
  describeChange,
  describeCoverage,
  describeLastUse,
  describeReliance,
  describeRule,
  describeSuggestion,
  detailPerson,
  factsOf,
  firstOf,
  formatPercent,
  inWords,
  outcomeLabels,
  plural,
} from './words';

/** Findings and changes on a page that people read. The JSON has everything. */
const maxItems = 500;
const maxConcerns = 200;

/**
 * A report as one HTML page that works from disk, without network or other files. Values from outside
 * are only ever text, and the page's Content Security Policy allows no other script and no request.
 *
 * @public
 */
export function toHtml(report: JudgedReport): string {
  const { baseUrl, env, entities, generatedAt, resolvers, summary, missing, notes } = report;
  const policy = `default-src 'none'; style-src '${hashOf(reportStyle)}'; script-src '${hashOf(reportScript)}'; base-uri 'none'; form-action 'none'`;
  const chips = auditOutcomes
    .filter(outcome => summary.counts[outcome] > 0)
    .map(outcome => drawChip(outcome, summary.counts[outcome]));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Who can sign in: ${env}</title>
<style>${new Markup(reportStyle)}</style>
</head>
<body>
<header>
<h1>Who can sign in to Backstage</h1>
<p class="about">${baseUrl} · environment <b>${env}</b> · ${plural(entities.users, 'catalog user')} · ${generatedAt.slice(0, 16).replace('T', ' ')} UTC</p>
<p class="about">Resolvers, in order: ${resolvers.map((name, index) => markup`${index > 0 ? ' → ' : ''}<code>${name}</code>`)}</p>
<p class="about">${countFindings(report.findings)}. ${describeReliance(summary).join(' ')}</p>
${missing.map(text => markup`<p class="incomplete">Incomplete: ${text}</p>\n`)}</header>
<main>
<section class="numbers">
${drawDonut(summary)}
<div class="legend">${chips}</div>
</section>
${report.comparison && showComparison(report.comparison)}
<section>
<div class="bar"><h2>People</h2><input id="search" type="search" placeholder="Name, email, entity, reason …" aria-label="Search" hidden><span id="shown" role="status"></span></div>
<noscript>${showPeople(report.people)}</noscript>
<button id="more" hidden>Show more</button>
</section>
<section class="findings"><h2>Findings</h2>${showFindings(report.findings)}</section>
${showSuggestion(report)}
${notes.map(note => markup`<p class="about">Note: ${note}</p>\n`)}</main>
<script>${new Markup(reportScript)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`;
}

/**
 * The people, one per line. A browser without scripts shows the table. A browser with scripts does not
 * parse the content of `noscript`: the script of the page takes the lines from there, and makes elements
 * of those that are looked at, so that 50,000 people cost nothing.
 */
function showPeople(people: readonly PersonResult[]): Markup {
  const heads = ['Bitbucket user', 'Sign-in', 'Entity or reason', 'Last used'].map(
    name => markup`<th scope="col" role="columnheader">${name}</th>`,
  );
  return markup`<table id="table" role="table"><caption>People and the outcome of their sign-in</caption><thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody id="people" role="rowgroup">
${people.map(showPerson)}</tbody></table>`;
}

function showPerson(person: PersonResult): Markup {
  const { username, outcome } = person;
  const { head, details } = detailPerson(person);
  const facts = factsOf(person).map(
    (fact, index) => markup`${index > 0 ? ' · ' : ''}<bdi>${fact}</bdi>`,
  );
  const result = [
    ...(head ? [markup`<bdi class="ref">${head}</bdi>`] : []),
    ...details.map(detail => markup`<small>${detail}</small>`),
  ];
  return markup`<tr role="row"><th scope="row" role="rowheader"><bdi>${username}</bdi><small>${facts}</small></th><td role="cell"><span class="badge ${outcome}">${outcomeLabels[outcome].label}</span></td><td role="cell">${result}</td><td role="cell">${describeLastUse(person)}</td></tr>
`;
}

function drawChip(outcome: AuditOutcome, count: number): Markup {
  return markup`<button class="chip ${outcome}" data-outcome="${outcome}" aria-pressed="false"><span>${outcomeLabels[outcome].label}</span><b>${count}</b></button>`;
}

/** A ring of the outcomes of those who should be able to sign in, with the coverage in the middle. */
function drawDonut(summary: AuditSummary): Markup {
  const { counts, coverage, expected } = summary;
  let before = 0;
  const arcs = auditOutcomes
    .filter(outcome => isExpectedToSignIn({ outcome }) && counts[outcome] > 0)
    .map(outcome => {
      const length = (100 * counts[outcome]) / expected;
      const arc = markup`<circle class="${outcome}" r="80" pathLength="100" stroke-dasharray="${length} 100" stroke-dashoffset="${-before}"><title>${outcomeLabels[outcome].label}: ${counts[outcome]}</title></circle>`;
      before += length;
      return arc;
    });
  return markup`<svg class="donut" viewBox="-100 -100 200 200" role="img" aria-label="${describeCoverage(summary)}"><g transform="rotate(-90)"><circle r="80"/>${arcs}</g><text y="2" class="big">${formatPercent(coverage)}</text><text y="24">of ${expected} people sign in</text></svg>`;
}

function showComparison({ with: other, changes, notes }: Comparison): Markup {
  const items = changes.slice(0, maxItems).map(change => {
    const mark = new Markup(change.takesOverFrom ? ' class="danger"' : '');
    const label = inWords(change.change);
    return markup`<li${mark}><strong>${label}</strong> ${describeChange(change)}</li>`;
  });
  return markup`<section class="changes"><details><summary>Compared with ${other}: ${countChanges(changes)}</summary>${notes.map(note => markup`<p>${note}</p>`)}<ul>${items}</ul>${countRest(changes)}</details></section>`;
}

function countRest(items: readonly unknown[]): Markup | undefined {
  const rest = items.length - maxItems;
  return rest > 0 ? markup`<p class="about">and ${rest} more, see --json</p>` : undefined;
}

function countFindings(findings: readonly Finding[]): Markup {
  const open = groupBy(
    findings.filter(({ accepted }) => !accepted),
    ({ severity }) => severity,
  );
  const counts = [...open].map(([severity, { length }], index) => {
    const text = plural(length, severity, severity === 'info' ? severity : undefined);
    return markup`${index > 0 ? ', ' : ''}<strong class="${severity}">${text}</strong>`;
  });
  return counts.length > 0 ? markup`Findings (below the people): ${counts}` : markup`No findings`;
}

/** Grouped by rule, dangers first, as they are sorted. */
function showFindings(findings: readonly Finding[]): Markup {
  if (findings.length === 0) {
    return markup`<p class="about">No problems were found in the data.</p>`;
  }
  const groups = groupBy(findings.slice(0, maxItems), ({ accepted, rule, severity }) =>
    accepted ? 'accepted' : `${severity} ${rule}`,
  );
  const shown = [...groups.values()].map(group => {
    const [{ severity, rule, accepted }] = group as [Finding];
    const label = accepted ? 'accepted' : severity;
    const title = accepted ? 'In the baseline' : describeRule(rule);
    return markup`<details class="${label}"><summary><strong>${label}</strong> ${title} <span class="count">${group.length}</span></summary><ul>${group.map(showFinding)}</ul></details>\n`;
  });
  return markup`${shown}${countRest(findings)}`;
}

function showFinding({ text, concerns, source, accepted }: Finding): Markup {
  const line = source?.line === undefined ? '' : `:${source.line}`;
  const list = firstOf(concerns, maxConcerns).map(each => markup`<code>${each}</code> `);
  const place = source && markup`<p>in <code>${source.file}${line}</code></p>`;
  const reason = accepted && markup`<p>${accepted.date}: ${accepted.reason}</p>`;
  return markup`<li>${text}<p>${list}</p>${place}${reason}</li>`;
}

function showSuggestion(report: AuditReport): Markup | undefined {
  const suggestion = describeSuggestion(report);
  if (!suggestion) return undefined;
  const lines = suggestion.yaml?.split('\n').map(line => markup`${line}\n`);
  return markup`<section><h2>Suggestion</h2><p class="about">${suggestion.text}</p>${lines && markup`<pre>${lines}</pre>`}</section>`;
}
