import type { SimulatedPerson } from '../../demo/bitbucket';
import { describePeople } from '../../demo/describePeople';
import { expectations } from '../../demo/world/expectations';
import { guestsExpectations } from '../../demo/world/guestsExpectations';
import { strictExpectations } from '../../demo/world/strictExpectations';

function widest(table: string): number {
  return Math.max(...table.split('\n').map(line => line.length));
}

describe('The table of people', () => {
  it.each([
    ['the demo', expectations],
    ['the strict sample', strictExpectations],
    ['the guests sample', guestsExpectations],
  ])('of %s fits 100 columns and says everything', (_name, rows) => {
    const table = describePeople([], rows);
    expect(widest(table)).toBeLessThanOrEqual(100);
    expect(table).not.toContain('…');
    for (const { username, shows, expect: outcome } of rows) {
      expect(table).toContain(username);
      expect(table).toContain('entityRef' in outcome ? outcome.entityRef : outcome.code);
      for (const word of shows.split(' ')) expect(table).toContain(word);
    }
  });

  it('of other people fits 100 columns, whatever their names are', () => {
    const people: SimulatedPerson[] = [
      { user: { name: 'x'.repeat(500), displayName: 'Ann Other', emailAddress: 'a@b.example' } },
      { user: { name: 'ann', displayName: 'y'.repeat(5000), emailAddress: {} } },
      { user: { name: 'bell\u0007', displayName: 'two\nlines' } },
    ];
    const table = describePeople(people, undefined);
    expect(widest(table)).toBeLessThanOrEqual(100);
    expect(table).not.toContain('…');
    expect(table.split('x')).toHaveLength(500 + 1 + 1);
    expect(table).toContain('bell\uFFFD');
    expect(table).toContain('two\uFFFDlines');
  });

  it('is as narrow as its people allow', () => {
    const people = [
      { user: { id: 12, name: 'ann', displayName: 'Ann', emailAddress: 'ann@b.example' } },
    ];
    expect(widest(describePeople(people, undefined))).toBeLessThan(60);
  });
});
