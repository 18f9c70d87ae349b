import Table from 'cli-table3';
import type { SimulatedPerson } from './bitbucket/SimulatorOptions';
import type { Expectation } from './world/Expectation';

/** The table of people to try, with what a sign-in gives where that is known. */
export function describePeople(
  people: readonly SimulatedPerson[],
  expectations: readonly Expectation[] | undefined,
): string {
  return expectations ? describeExpected(expectations) : describeOthers(people);
}

function describeExpected(expectations: readonly Expectation[]): string {
  const table = newTable(['Bitbucket user', 'shows', 'Backstage answers']);
  for (const { username, shows, expect } of expectations) {
    table.push([username, shows, answerOf(expect)]);
  }
  return table.toString();
}

function describeOthers(people: readonly SimulatedPerson[]): string {
  const table = newTable(['Bitbucket user', 'display name', 'email']);
  for (const { user } of people) {
    const cells = [user.name, user.displayName, user.emailAddress];
    table.push(cells.map(cell => (typeof cell === 'string' ? printable(cell) : '')));
  }
  return table.toString();
}

function answerOf(outcome: Expectation['expect']): string {
  return 'entityRef' in outcome ? outcome.entityRef : `no: ${outcome.code}`;
}

/** Without colours, because it may end up in a file, and without lines between the rows. */
function newTable(head: string[]) {
  const noLine = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  return new Table({ head, chars: noLine, style: { head: [], border: [] } });
}

/** Payload files are foreign: their control characters do not get to write to the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}
