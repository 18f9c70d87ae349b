import { createHash } from 'node:crypto';
import { auditOutcomes, isExpectedToSignIn } from '../audit';
import type { AuditOutcome, AuditSummary, PersonResult } from '../audit';
import { comparisonSection, countFindings, findingsSection } from './htmlFindings';
import { escapeHtml } from './htmlText';
import type { JudgedReport } from './JudgedReport';
import { reportScript } from './reportScript';
import { reportStyle } from './reportStyle';
import { describeLastUse, detailPerson, formatPercent, outcomeLabels } from './words';

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
