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
    const who = element('td');
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
    return row;
  }

  function extend() {
    const next = found.slice(visible, visible + pageSize);
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
    for (let index = 0; index < rows.length; index += 1) {
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
  search.addEventListener('input', filter);
  more.addEventListener('click', extend);
  filter();
})();
`;
