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
h1{font-size:25px;margin:28px 0 6px}
h2{font-size:18px;margin:0}
.about,.count,#shown{color:var(--soft);margin:4px 0}
code,pre,.ref{font:13px/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code,pre{background:var(--code);border-radius:5px;padding:1px 5px;overflow-wrap:anywhere;unicode-bidi:isolate}
pre{padding:14px;overflow:auto;margin:10px 0 0}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin:18px 0}
button,input{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:8px;padding:8px 12px;text-align:left}
button,summary{cursor:pointer}
[hidden]{display:none!important}
.incomplete{background:#b3261e;color:#fff;font-weight:600;padding:10px 14px;border-radius:8px}
.numbers{display:flex;gap:12px 36px;align-items:center;justify-content:center;flex-wrap:wrap}
.donut{width:220px;flex:none}
.donut circle{fill:none;stroke:var(--c,var(--line));stroke-width:30}
.donut text{text-anchor:middle;fill:var(--ink);font-size:11px}
.donut .big{font-size:29px;font-weight:700}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:10px;flex:1}
.chip{display:flex;align-items:center;justify-content:space-between}
.chip:hover,.chip[aria-pressed=true]{border-color:var(--c);box-shadow:0 0 0 1px var(--c)}
.chip span::before,.badge::before{content:"";display:inline-block;width:9px;height:9px;border-radius:50%;background:var(--c);margin-right:8px}
header strong,.changes .danger{color:var(--s)}
.findings>details{border-left:4px solid var(--s);background:var(--bg);border-radius:0 8px 8px 0;padding:10px 14px;margin-top:8px}
.findings>details>summary strong{color:var(--s);text-transform:uppercase;font-size:12px;display:inline-block;width:76px}
ul{margin:8px 0 0;padding:0 0 0 18px}
li{margin:8px 0;overflow-wrap:anywhere}
li p{margin:4px 0 0;color:var(--soft)}
.bar{display:flex;flex-wrap:wrap;gap:16px;align-items:center;margin-bottom:12px}
.bar input{flex:1 1 200px;min-width:0;max-width:440px}
#shown{margin-left:auto}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{padding:9px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;text-align:left;font-weight:inherit}
thead th,thead button{color:var(--soft);font-weight:600;font-size:13px}
thead button{border:0;padding:0}
[aria-sort=ascending] button::after{content:" \\2191"}
[aria-sort=descending] button::after{content:" \\2193"}
th:nth-child(1){width:28%}th:nth-child(2){width:17%}th:nth-child(4){width:11%}
th>bdi,.ref{font-weight:600}
small{display:block;color:var(--soft)}
td:nth-child(4){color:var(--soft)}
.badge{border:1px solid var(--c);border-radius:99px;padding:1px 10px;font-size:13px}
#more{margin-top:14px}
@media (max-width:640px){
header,main{padding:0 12px}
section{padding:14px 12px}
.donut{width:180px}
.legend{grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:6px;flex:1 1 100%}
#table,tbody{display:block}
thead tr{display:flex;flex-wrap:wrap;gap:4px 16px}
tbody tr{display:grid;grid-template-columns:1fr auto;gap:4px 10px;padding:10px 0;border-bottom:1px solid var(--line)}
#table th,#table td{display:block;border:0;padding:0;width:auto}
tbody th,td:nth-child(3){grid-column:1/-1}
}
@media print{
:root{color-scheme:light}
.bar input,#more{display:none}
section{border:0;padding:0}
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
