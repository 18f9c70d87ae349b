import { foldAscii } from '../shared';

/**
 * The users that a person at the keyboard may mean: of exactly this username or id, else of this
 * username or email in any letter case. An email may be that of several.
 *
 * @internal
 */
export function findPerson(payloads: readonly unknown[], who: string): unknown[] {
  const users = payloads as readonly {
    readonly id?: unknown;
    readonly name?: unknown;
    readonly emailAddress?: unknown;
  }[];
  const exact = users.filter(({ id, name }) => name === who || String(id) === who);
  if (exact.length > 0) return exact;
  const wanted = foldAscii(who);
  return users.filter(({ name, emailAddress }) =>
    [name, emailAddress].some(value => typeof value === 'string' && foldAscii(value) === wanted),
  );
}
