import { quote } from '../errors';

interface ErrorEntry {
  readonly exceptionName?: unknown;
  readonly message?: unknown;
}

/**
 * What Bitbucket's error body says: `{ errors: [{ exceptionName, message }] }`. Empty when it says
 * nothing. The caller takes secrets out before.
 *
 * @internal
 */
export function describeErrorBody(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const { errors } = json as { readonly errors?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return '';
  const { exceptionName, message } = first as ErrorEntry;
  const parts = [
    typeof exceptionName === 'string' ? `exception ${quote(exceptionName)}` : '',
    typeof message === 'string' ? `message ${quote(message)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
