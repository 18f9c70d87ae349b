/**
 * Something that ends an audit and that its user can mend. The message says it in one line.
 *
 * @internal
 */
export class AuditError extends Error {
  override name = 'AuditError';
}
