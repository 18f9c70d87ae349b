import Table from 'cli-table3';
import type { SimulatedPerson } from './bitbucket/SimulatorOptions';
import { expectations } from './world/expectations';
import type { Expectation } from './world/expectations';

/**
 * The table of people to try. What a sign-in gives is told only for the demo's own world: with other
 * users, another catalog or another config nobody knows it beforehand.
 */
export function describePeople(people: readonly SimulatedPerson[], ownWorld: boolean): string {
  return ownWorld ? describeOwnWorld() : describeOthers(people);
}

function describeOwnWorld(): string {
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
