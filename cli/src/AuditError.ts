/**
 * An error that ends a command and that its user can correct. The message is one line.
 *
 * @public
 */
export class AuditError extends Error {
  override name = 'AuditError';
}
