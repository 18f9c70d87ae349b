import type { EntityAccount, EntityAccounts } from '../accountsOfEntity';
import { printable } from './printable';
import { describeState } from './words';

/**
 * Who can become an entity, as text for a terminal.
 *
 * @internal
 */
export function formatAccounts(found: EntityAccounts): string {
  const { entityRef, exists, accounts, others, undecided } = found;
  const lines = [
    `${entityRef}${exists ? '' : ' (the catalog does not have it)'}`,
    headline(accounts.length),
    ...accounts.map(account => `  ${describeAccount(account)}`),
  ];
  if (others.length > 0) {
    lines.push('A step would take these accounts for it, and the chain decides otherwise:');
    for (const account of others) {
      lines.push(`  ${describeAccount(account)}; today: ${describeState(account.today)}`);
    }
  }
  if (undecided.length > 0) {
    lines.push(
      `Nothing can be said of ${undecided.join(', ')}, of whom it is not known or whose data is broken.`,
    );
  }
  return lines.map(printable).join('\n');
}

function headline(count: number): string {
  if (count === 0) return 'No Bitbucket account signs in as this entity.';
  if (count === 1) return 'One Bitbucket account signs in as this entity:';
  return `DANGER: ${count} Bitbucket accounts sign in as this entity, each can act as this person:`;
}

function describeAccount({ username, id, email, displayName, step }: EntityAccount): string {
  const facts = [
    ...(displayName === username ? [] : [displayName]),
    ...(id === undefined ? [] : [`id ${id}`]),
    ...(email === undefined ? [] : [email]),
  ];
  return `${username}${facts.length > 0 ? ` (${facts.join(', ')})` : ''} by ${step}`;
}
