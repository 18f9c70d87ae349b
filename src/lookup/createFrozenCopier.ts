/** Keys whose values are the same for many entities: one text each instead of one per entity. */
const common = new Set(['apiVersion', 'kind', 'namespace', 'type', 'targetRef']);

/** Far more than any company has groups; a bound all the same. */
const maxTexts = 50_000;

/**
 * Makes deep copies of JSON-like data that nobody can change, so that what one caller does to an
 * entity never reaches the next one. Copies, because an in-process catalog hands out objects of its
 * own; with shared texts, because a hundred thousand people are members of the same few groups.
 *
 * @internal
 */
export function createFrozenCopier(): <T>(value: T) => T {
  const texts = new Map<string, string>();

  function share(text: string): string {
    const known = texts.get(text);
    if (known === undefined && texts.size < maxTexts) texts.set(text, text);
    return known ?? text;
  }

  function copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Object.freeze(value.map(copy));
    // A spread takes the layout of the original over; filling an empty object would waste a third.
    const result: Record<string, unknown> = { ...value };
    for (const key of Object.keys(result)) {
      const item = result[key];
      result[key] = typeof item === 'string' && common.has(key) ? share(item) : copy(item);
    }
    return Object.freeze(result);
  }

  return <T>(value: T) => copy(value) as T;
}
