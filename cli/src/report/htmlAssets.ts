import { auditOutcomes } from '../audit';
import { outcomeLabels } from './words';

const colors = auditOutcomes
  .map(outcome => `.${outcome}{--c:${outcomeLabels[outcome].color}}`)
  .join('');

/**
 * The style sheet of the page. Colours of outcomes are classes, because the Content Security Policy of
 * the page allows no style attributes.
 *
 * @internal
 */
export const reportStyle = `
:root{color-scheme:light dark;--bg:light-dark(#f6f7f9,#14181d);--card:light-dark(#fff,#1d232b);--ink:light-dark(#1d2733,#e8edf2);--soft:light-dark(#5d6b7a,#9aa7b5);--line:light-dark(#e3e7ec,#303944);--code:light-dark(#eef1f5,#2a323c)}
.danger{--s:light-dark(#b3261e,#ff8a80)}
.warning{--s:light-dark(#855000,#f0b35a)}
.info{--s:light-dark(#1f5f99,#7db8f0)}
.accepted{--s:var(--soft)}
${colors}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main{max-width:1160px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:25px;margin:0 0 6px}
h2{font-size:18px;margin:0}
.about{color:var(--soft);margin:4px 0}
code{background:var(--code);border-radius:4px;padding:1px 5px;font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{background:var(--code);border-radius:8px;padding:14px;overflow:auto;font:13px/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;margin:10px 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:18px 0}
.incomplete{background:#b3261e;color:#fff;font-weight:600;padding:10px 14px;border-radius:8px}
.numbers{display:flex;gap:36px;align-items:center;flex-wrap:wrap}
.donut{width:220px;height:220px;flex:none}
.donut circle{fill:none;stroke:var(--c,var(--line));stroke-width:30}
.donut text{text-anchor:middle}
.donut .big{font-size:29px;font-weight:700;fill:var(--ink)}
.donut .small{font-size:11px;fill:var(--soft)}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;flex:1}
button{font:inherit;color:inherit;cursor:pointer}
.chip{display:flex;align-items:center;gap:10px;background:none;border:1px solid var(--line);border-radius:9px;padding:9px 12px;text-align:left}
.chip i{width:12px;height:12px;border-radius:3px;background:var(--c);flex:none}
.chip span{flex:1}
.chip b{font-variant-numeric:tabular-nums}
.chip:hover,.chip[aria-pressed=true]{border-color:var(--c);box-shadow:0 0 0 1px var(--c)}
header strong{color:var(--s)}
summary{cursor:pointer}
.findings>details{border-left:4px solid var(--s);background:var(--bg);border-radius:0 8px 8px 0;padding:10px 14px;margin-top:8px}
.findings>details>summary strong{color:var(--s);text-transform:uppercase;font-size:12px;letter-spacing:.05em;display:inline-block;width:76px}
.count{color:var(--soft);font-variant-numeric:tabular-nums}
.findings ul,.changes ul{margin:8px 0 0;padding:0 0 0 18px}
.findings li,.changes li{margin:8px 0;overflow-wrap:anywhere}
.findings li p,.findings li details{margin:4px 0 0;color:var(--soft)}
.changes .danger{color:var(--s)}
.bar{display:flex;flex-wrap:wrap;gap:16px;align-items:center;margin-bottom:12px}
.bar input{flex:1 1 200px;min-width:0;max-width:440px;font:inherit;padding:8px 12px;border:1px solid var(--line);border-radius:8px;background:var(--bg);color:inherit}
#shown{color:var(--soft);margin-left:auto}
[hidden]{display:none!important}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th{text-align:left;font-weight:inherit}
thead th,thead button{color:var(--soft);font-weight:600;font-size:13px}
thead button{background:none;border:0;padding:0;text-align:left}
thead [aria-sort=ascending] button::after{content:" \\2191"}thead [aria-sort=descending] button::after{content:" \\2193"}
th,td{padding:9px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th:nth-child(1){width:28%}th:nth-child(2){width:17%}th:nth-child(4){width:11%}
td small,th small{display:block;color:var(--soft)}
th bdi,td bdi{font-weight:600}
th bdi.fact{font-weight:400}
td bdi.ref{font:500 14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
td:nth-child(4){font-variant-numeric:tabular-nums;color:var(--soft)}
.badge{display:inline-block;border:1px solid var(--c);border-radius:99px;padding:1px 10px;font-size:13px}
.badge::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:var(--c);margin-right:7px}
#more{margin-top:14px;background:none;border:1px solid var(--line);border-radius:8px;padding:8px 16px}
@media (max-width:640px){
header,main{padding:0 12px}
section{padding:14px 12px;margin:12px 0}
.numbers{gap:12px;justify-content:center}.donut{width:150px;height:150px}
.legend{grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:6px;flex:1 1 100%}
.chip{padding:6px 8px;gap:7px}
#table,#table tbody{display:block}
#table thead tr{display:flex;flex-wrap:wrap;gap:4px 16px}
#table thead th{padding:4px 0;border:0;width:auto}
#table tbody tr{display:grid;grid-template-columns:1fr auto;gap:4px 10px;padding:10px 0;border-bottom:1px solid var(--line)}
#table tbody th,#table tbody td{display:block;border:0;padding:0;width:auto;min-width:0}
#table tbody th,#table tbody td:nth-child(3){grid-column:1/-1}
}
@media print{
:root{color-scheme:light}
.bar input,#more{display:none}
section{border:0;padding:0}
thead{display:table-header-group}
tr,li{break-inside:avoid}
::details-content{content-visibility:visible}
}
`;

/**
 * The script of the page: filter, search, sorting, and more rows on request. It only moves rows that the
 * report contains, with every value escaped. A string, because the Content Security Policy contains its
 * hash.
 *
 * @internal
 */
export const reportScript = `
'use strict';
(() => {
  const find = selector => document.querySelector(selector);
  const plain = find('noscript');
  // Where scripts run, this is not a table but its source: a line for each person between two others.
  const lines = plain.textContent.split('\\n');
  const start = lines.shift();
  plain.insertAdjacentHTML('afterend', start + lines.pop());

  const body = find('#people');
  const search = find('#search');
  const more = find('#more');
  const chips = [...document.querySelectorAll('.chip')];
  const outcomes = chips.map(chip => chip.dataset.outcome);
  const textOf = html => html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\\d+);/g, (_, code) => String.fromCharCode(code))
    .trim()
    .toLowerCase();
  const rows = lines.map(html => {
    // Values contain no angle bracket and no quotation mark.
    const outcome = /class="badge (\\w+)"/.exec(html)[1];
    const cells = html.split(/<\\/t[hd]>/).map(textOf);
    return { html, outcome, cells, text: [...cells, outcome.toLowerCase()].join(' ') };
  });
  const pageSize = 200;
  const chosen = new Set();
  let sorted = rows;
  let found = [];
  let visible = 0;

  function extend(size = pageSize) {
    const next = found.slice(visible, visible + size);
    visible += next.length;
    body.insertAdjacentHTML('beforeend', next.map(({ html }) => html).join(''));
    more.hidden = visible >= found.length;
    const of = found.length === rows.length ? '' : found.length + ' of ';
    find('#shown').textContent = of + rows.length + (rows.length === 1 ? ' person' : ' people');
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\\s+/);
    found = sorted.filter(({ outcome, text }) =>
      (chosen.size === 0 || chosen.has(outcome)) && words.every(word => text.includes(word)));
    visible = 0;
    body.replaceChildren();
    extend();
  }

  for (const chip of chips) {
    chip.addEventListener('click', () => {
      const { outcome } = chip.dataset;
      if (!chosen.delete(outcome)) chosen.add(outcome);
      chip.setAttribute('aria-pressed', String(chosen.has(outcome)));
      filter();
    });
  }

  const headers = [...document.querySelectorAll('#table thead th')];
  for (const [column, header] of headers.entries()) {
    // Outcomes are sorted in the order of the report.
    const keyOf = ({ cells, outcome }) => (column === 1 ? outcomes.indexOf(outcome) : cells[column]);
    const button = document.createElement('button');
    button.textContent = header.textContent;
    header.replaceChildren(button);
    button.addEventListener('click', () => {
      const sign = header.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      for (const each of headers) each.removeAttribute('aria-sort');
      header.setAttribute('aria-sort', sign === 1 ? 'ascending' : 'descending');
      sorted = [...rows].sort((a, b) => {
        const [one, other] = [keyOf(a), keyOf(b)];
        return one < other ? -sign : one > other ? sign : 0;
      });
      filter();
    });
  }
  search.addEventListener('input', filter);
  more.addEventListener('click', () => extend());

  // When printed, the page shows everybody who matches the filter, and all findings.
  let folded = [];
  addEventListener('beforeprint', () => {
    extend(found.length);
    folded = [...document.querySelectorAll('details:not([open])')];
    for (const details of folded) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of folded) details.open = false;
  });

  search.hidden = false;
  filter();
})();
`;
