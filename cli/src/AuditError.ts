/**
 * Something that ends an audit and that its user can correct. The message says it in one line.
 *
 * @public
 */
export class AuditError extends Error {
  override name = 'AuditError';
}
