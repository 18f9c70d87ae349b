/**
 * The script of the page: filter, search, and more rows on request. Foreign texts only ever become
 * text nodes. It is kept as text, so that what is hashed into the page's policy is what runs.
 *
 * @internal
 */
export const reportScript = `
'use strict';
(() => {
  const { labels, rows } = JSON.parse(document.getElementById('data').textContent);
  const body = document.getElementById('people');
  const search = document.getElementById('search');
  const shown = document.getElementById('shown');
  const more = document.getElementById('more');
  const chips = [...document.querySelectorAll('.chip')];
  const pageSize = 200;
  const texts = rows.map(row => row.join('\\n').toLowerCase());
  const chosen = new Set();
  const headers = [...document.querySelectorAll('#table thead th')];
  // What each column is sorted by; the order of outcomes is that of the report.
  const order = Object.keys(labels);
  const keys = [
    index => rows[index][0].toLowerCase(),
    index => String(order.indexOf(rows[index][4])).padStart(3, '0'),
    index => rows[index].slice(6).join(' ').toLowerCase(),
    index => rows[index][5],
  ];
  let sorted = rows.map((_, index) => index);
  let found = [];
  let visible = 0;

  const invisible = /[\\p{C}\\p{Zl}\\p{Zp}]/gu;
  const show = text => String(text).replace(invisible, c => '\\\\u{' + c.codePointAt(0).toString(16) + '}');
  const element = (name, text, className) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = show(text);
    if (className) node.className = className;
    return node;
  };

  function rowOf([username, displayName, email, id, outcome, lastUsed, head, ...details]) {
    const row = element('tr');
    row.setAttribute('role', 'row');
    const who = element('th');
    who.scope = 'row';
    who.append(element('bdi', username));
    const facts = [displayName === username ? '' : displayName, email, id === '' ? '' : 'id ' + id];
    const small = element('small');
    for (const fact of facts.filter(Boolean)) {
      if (small.childNodes.length) small.append(' · ');
      small.append(element('bdi', fact, 'fact'));
    }
    who.append(small);
    const verdict = element('td');
    verdict.append(element('span', labels[outcome], 'badge ' + outcome));
    const result = element('td');
    if (head) result.append(element('bdi', head, 'ref'));
    for (const detail of details) result.append(element('small', detail));
    row.append(who, verdict, result, element('td', lastUsed));
    who.setAttribute('role', 'rowheader');
    for (const cell of [...row.children].slice(1)) cell.setAttribute('role', 'cell');
    return row;
  }

  function extend(size = pageSize) {
    const next = found.slice(visible, visible + size);
    visible += next.length;
    body.append(...next.map(index => rowOf(rows[index])));
    more.hidden = visible >= found.length;
    shown.textContent = found.length === rows.length
      ? rows.length + ' people'
      : found.length + ' of ' + rows.length + ' people';
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    found = [];
    for (const index of sorted) {
      if (chosen.size > 0 && !chosen.has(rows[index][4])) continue;
      if (words.every(word => texts[index].includes(word))) found.push(index);
    }
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
  function sort(header, column) {
    const up = header.getAttribute('aria-sort') !== 'ascending';
    for (const each of headers) each.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const values = rows.map((_, index) => keys[column](index));
    const sign = up ? 1 : -1;
    sorted = rows
      .map((_, index) => index)
      .sort((a, b) => (values[a] < values[b] ? -sign : values[a] > values[b] ? sign : a - b));
    filter();
  }

  for (const [column, header] of headers.entries()) {
    header.firstChild.addEventListener('click', () => sort(header, column));
  }
  search.addEventListener('input', filter);
  more.addEventListener('click', () => extend());

  // A print has everybody who was found, and every finding.
  let folded = [];
  addEventListener('beforeprint', () => {
    extend(found.length);
    folded = [...document.querySelectorAll('details:not([open])')];
    for (const details of folded) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of folded) details.open = false;
  });

  for (const part of document.querySelectorAll('.bar, #table')) part.hidden = false;
  filter();
})();
`;
