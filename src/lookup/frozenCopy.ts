/**
 * A deep copy of JSON-like data that nobody can change, so that what one caller does to an entity
 * never reaches the next one. A copy, because an in-process catalog hands out objects of its own.
 *
 * @internal
 */
export function frozenCopy<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(copy));
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // Assigning to `__proto__` would set the prototype; no entity means anything by such a key.
    if (key !== '__proto__') result[key] = copy(item);
  }
  return Object.freeze(result);
}
