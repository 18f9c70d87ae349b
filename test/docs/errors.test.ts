import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signInErrorCodes } from '../../src/errors';

const text = readFileSync(join(__dirname, '../../docs/errors.md'), 'utf8');
const rows = text
  .split('\n')
  .filter(line => line.startsWith('| `'))
  .map(line =>
    line
      .split('|')
      .map(cell => cell.trim())
      .slice(1, -1),
  );

describe('docs/errors.md', () => {
  it('has a row for every code, with its name, in the order of the code', () => {
    const documented = rows.map(([code, name]) => [code!.replace(/`/g, ''), name]);
    const known = Object.entries(signInErrorCodes).map(([code, entry]) => [code, entry.name]);
    expect(documented).toEqual(known);
  });

  it.each(rows)('says of %s what it means and what to do', (...cells) => {
    expect(cells).toHaveLength(5);
    for (const cell of cells.slice(2)) expect(cell).toMatch(/^[A-Z`].*\.$/);
  });
});
