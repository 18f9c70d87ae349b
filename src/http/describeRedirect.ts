import { quote } from '../errors';

/**
 * Where a redirect leads, without the query, which may hold anything.
 *
 * @internal
 */
export function describeRedirect(location: string | null, url: string): string {
  if (!location) return 'without saying where';
  try {
    const target = new URL(location, url);
    return `to ${quote(`${target.origin}${target.pathname}`)}`;
  } catch {
    return 'to an address that is no URL';
  }
}
