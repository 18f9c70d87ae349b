import { LRUCache } from 'lru-cache';
import type { UserLookupAnswer } from './CatalogUserLookup';
import type { UserQuery } from './UserQuery';
import { foldAscii } from '../shared';

/** @internal */
export interface StoredAnswer {
  /** Canonical, and what the answer was checked against. */
  readonly query: UserQuery;
  readonly answer: Extract<UserLookupAnswer, { type: 'entities' }>;
  readonly expiresAt: number;
  readonly sequence: number;
}

/** @internal */
export interface AnswerStore {
  get(query: UserQuery): StoredAnswer | undefined;
  set(entry: StoredAnswer): void;
  delete(query: UserQuery): void;
  clear(): void;
  /** Number of answers. */
  size(): number;
}

/**
 * Answers by query, a bounded number of them, the least recently used go first.
 *
 * Built for the path on which everything is at hand: the key is the value alone, so that a hit joins
 * no strings and, when the value is lower case already, folds none. Under one value there may be
 * answers to several questions (somebody's name and somebody's id); which one is meant is decided by
 * comparing the questions themselves, so no two can be mistaken for each other.
 *
 * @internal
 */
export function createAnswerStore(maxEntries: number): AnswerStore {
  const slots = new LRUCache<string, readonly StoredAnswer[]>({
    max: maxEntries,
    maxSize: maxEntries,
    sizeCalculation: slot => slot.length,
  });

  function get(query: UserQuery): StoredAnswer | undefined {
    const value = valueOf(query);
    const exact = find(slots.get(value), query);
    if (exact) return exact;
    const folded = foldAscii(value);
    return folded === value ? undefined : find(slots.get(folded), query);
  }

  function replace(query: UserQuery, entry?: StoredAnswer): void {
    const key = foldAscii(valueOf(query));
    const others = (slots.peek(key) ?? []).filter(each => !isSameQuestion(each.query, query));
    // A list that is spread together has room for more, a hundred bytes of it.
    if (entry) slots.set(key, others.length > 0 ? [...others, entry] : [entry]);
    else if (others.length > 0) slots.set(key, others);
    else slots.delete(key);
  }

  return {
    get,
    set: entry => replace(entry.query, entry),
    delete: query => replace(query),
    clear: () => slots.clear(),
    size: () => slots.calculatedSize,
  };
}

function valueOf(query: UserQuery): string {
  return query.by === 'ref' ? query.name : query.value;
}

function find(
  slot: readonly StoredAnswer[] | undefined,
  query: UserQuery,
): StoredAnswer | undefined {
  return slot?.find(each => isSameQuestion(each.query, query));
}

/** Of two queries whose folded values are equal. */
function isSameQuestion(stored: UserQuery, asked: UserQuery): boolean {
  if (stored.by === 'field') return asked.by === 'field' && stored.field === asked.field;
  if (asked.by === 'field') return false;
  return stored.namespace === asked.namespace || stored.namespace === foldAscii(asked.namespace);
}
