import { createHash } from 'node:crypto';
import type { AuditReport } from '../../AuditReport';
import { auditOutcomes } from '../../people';
import type { AuditOutcome } from '../../people';
import { describeLastUse, detailPerson } from '../describePerson';
import { formatPercent } from '../formatPercent';
import { outcomeLabels } from '../outcomeLabels';
import { drawDonut } from './drawDonut';
import { escapeHtml } from './escapeHtml';
import { findingsSection } from './findingsSection';
import { reportScript } from './reportScript';
import { reportStyle } from './reportStyle';

/**
 * A report as one page that works from disk: no network, no other file. Everything foreign is text;
 * a policy in the page lets no other script run, and nothing be loaded or sent.
 *
 * @internal
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
