/** A failure of the catalog in the terms that decide what to do next. */
export type CatalogFault =
  /** The request itself was refused: one of its queries may be at fault, the others may be fine. */
  | 'request'
  /** The endpoint is not there. */
  | 'absent'
  /** The catalog, the network or our rights: asking again in another form does not help. */
  | 'unavailable';

const requestStatuses = [400, 413, 414, 422, 431];

/**
 * By status and name, never by class: the error may come over HTTP, from an in-process catalog or
 * from another copy of `@backstage/errors`.
 *
 * @internal
 */
export function catalogFault(error: unknown): CatalogFault {
  const { name, statusCode } = Object(error) as { name?: unknown; statusCode?: unknown };
  if (statusCode === 404 || statusCode === 405 || statusCode === 501) return 'absent';
  if (name === 'NotFoundError' || name === 'NotImplementedError') return 'absent';
  if (name === 'InputError' || requestStatuses.includes(Number(statusCode))) return 'request';
  return 'unavailable';
}
