import Table from 'cli-table3';
import type { SimulatedPerson } from './bitbucket/SimulatorOptions';
import type { Expectation } from './world/Expectation';

/** Widest that a table gets, so that it fits a terminal of usual size. */
const MAX_WIDTH = 100;
/** A space on each side of a cell. */
const PADDING = 2;

/** The table of people to try, with what a sign-in gives where that is known; at most 100 columns wide. */
export function describePeople(
  people: readonly SimulatedPerson[],
  expectations: readonly Expectation[] | undefined,
): string {
  return expectations ? describeExpected(expectations) : describeOthers(people);
}

function describeExpected(expectations: readonly Expectation[]): string {
  return drawTable(
    ['Bitbucket user', 'what it shows', 'Backstage answers'],
    expectations.map(({ username, shows, expect }) => [username, shows, answerOf(expect)]),
  );
}

function describeOthers(people: readonly SimulatedPerson[]): string {
  return drawTable(
    ['Bitbucket user', 'id', 'display name', 'email'],
    people.map(({ user }) =>
      [user.name, user.id, user.displayName, user.emailAddress].map(cell =>
        ['string', 'number'].includes(typeof cell) ? printable(String(cell)) : '',
      ),
    ),
  );
}

function answerOf(outcome: Expectation['expect']): string {
  return 'entityRef' in outcome ? outcome.entityRef : `no: ${outcome.code}`;
}

/** Without colours, because it may end up in a file, and without lines between the rows. */
function drawTable(head: string[], rows: string[][]): string {
  const noLine = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const widths = columnWidths([head, ...rows]);
  const table = new Table({
    head,
    chars: noLine,
    style: { head: [], border: [] },
    colWidths: widths,
    wordWrap: true,
    // Between words unless a word is too long for its column: it would lose its end then.
    wrapOnWordBoundary: wordsFit(rows, widths),
  });
  table.push(...rows);
  return table.toString();
}

/** As wide as the longest cell, and the widest columns narrower until the table fits. */
function columnWidths(rows: string[][]): number[] {
  const columns = rows[0]?.map((_cell, column) => rows.map(row => row[column] ?? '')) ?? [];
  const widths = columns.map(cells => Math.max(...cells.map(cell => cell.length)) + PADDING);
  const available = MAX_WIDTH - (widths.length + 1);
  while (total(widths) > available) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.min(widths[widest]! - 1, available);
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}

function wordsFit(rows: string[][], widths: readonly number[]): boolean {
  return rows.every(row =>
    row.every((cell, column) =>
      cell.split(' ').every(word => word.length + PADDING <= (widths[column] ?? 0)),
    ),
  );
}

/** Payload files are foreign: their control characters do not get to write to the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}
