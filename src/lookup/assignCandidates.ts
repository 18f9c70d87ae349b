import type { Entity } from '@backstage/catalog-model';
import { readField } from './readField';
import type { UserQueryField } from './UserQuery';

/**
 * Gives the candidates of a joined request back to the values that may have meant them.
 *
 * Generously, by Unicode case: the catalog answers with twins (`k` and U+212A), and an entity must
 * be offered to each query that it could belong to. The local check decides later, for each alone.
 *
 * @internal
 */
export function assignCandidates(
  candidates: readonly Entity[],
  field: UserQueryField,
  values: readonly string[],
): readonly (readonly Entity[])[] {
  const byKey = new Map<string, Entity[]>(values.map(value => [looseKey(value), []]));
  for (const candidate of candidates) {
    const value = readField(candidate, field);
    if (typeof value === 'string') byKey.get(looseKey(value))?.push(candidate);
  }
  return values.map(value => byKey.get(looseKey(value)) ?? []);
}

/**
 * The same for all values that the catalog or the local check may call equal.
 *
 * @internal
 */
export function looseKey(value: string): string {
  return value.normalize('NFC').toLowerCase();
}
