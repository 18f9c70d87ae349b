/** Keys whose values are the same for many entities: one text each instead of one per entity. */
const common = new Set(['apiVersion', 'kind', 'namespace', 'type', 'targetRef']);

/** Far more than any company has groups; a bound all the same. */
const maxTexts = 50_000;

/**
 * Makes deep copies of JSON-like data that nobody can change, so that what one caller does to an
 * entity never reaches the next one. Copies, because an in-process catalog hands out objects of its
 * own; with shared texts, because a hundred thousand people are members of the same few groups.
 *
 * @param ours - the data was made here and is frozen itself instead of a copy of it: a copy is a
 * seventh larger than what was made in one piece
 * @internal
 */
export function createFrozenCopier(ours = false): <T>(value: T) => T {
  const texts = new Map<string, string>();

  function share(text: string): string {
    const known = texts.get(text);
    if (known === undefined && texts.size < maxTexts) texts.set(text, text);
    return known ?? text;
  }

  function copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Object.freeze(value.map(copy));
    const result = (ours ? value : { ...value }) as Record<string, unknown>;
    for (const key of Object.keys(result)) {
      const item = result[key];
      if (typeof item === 'object') result[key] = copy(item);
      else if (typeof item === 'string' && common.has(key)) result[key] = share(item);
    }
    return Object.freeze(result);
  }

  return <T>(value: T) => copy(value) as T;
}
