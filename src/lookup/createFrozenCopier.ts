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

  function freeze(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const object = value as Record<string, unknown>;
    for (const key of Object.keys(object)) {
      const item = object[key];
      if (typeof item === 'string' && common.has(key)) object[key] = share(item);
      else freeze(item);
    }
    Object.freeze(object);
  }

  return <T>(value: T) => {
    // The parser makes objects of just the size they need; spreads and growing objects take half more.
    const result = JSON.parse(JSON.stringify(value)) as T;
    freeze(result);
    return result;
  };
}
