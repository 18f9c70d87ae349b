const keys = [
  'id',
  'name',
  'slug',
  'displayName',
  'emailAddress',
  'active',
  'type',
  'directoryName',
  'mutableDetails',
  'lastAuthenticationTimestamp',
];

/**
 * What an audit needs of a payload; links and the like of 50,000 users are megabytes.
 *
 * @internal
 */
export function keepUser(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    keys.flatMap(key =>
      Object.hasOwn(payload, key) ? [[key, (payload as Record<string, unknown>)[key]]] : [],
    ),
  );
}
