import type { RouteName } from '../faults/Fault';

const patterns: ReadonlyArray<[RegExp, RouteName]> = [
  [/^\/rest\/oauth2\/[^/]+\/authorize$/, 'authorize'],
  [/^\/rest\/oauth2\/[^/]+\/token$/, 'token'],
  [/^\/plugins\/servlet\/oauth2\/consent$/, 'consent'],
  [/^\/plugins\/servlet\/applinks\/whoami$/, 'applinks-whoami'],
  [/^\/rest\/api\/[^/]+\/application-properties$/, 'whoami'],
  [/^\/rest\/api\/[^/]+\/users$/, 'users'],
  [/^\/rest\/api\/[^/]+\/users\/[^/]+$/, 'user'],
  [/^\/rest\/api\/[^/]+\/admin\/users$/, 'admin-users'],
  [/^\/users\/[^/]+\/avatar\.png$/, 'avatar'],
];

/** Names of a request for faults and counters, the most specific one first. */
export function nameRoutes(
  path: string,
  query: URLSearchParams,
  form: URLSearchParams,
): RouteName[] {
  const name = patterns.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
  if (name === 'token') {
    const grantType = form.get('grant_type') ?? query.get('grant_type');
    return [grantType === 'refresh_token' ? 'refresh' : 'token'];
  }
  if ((name === 'users' || name === 'admin-users') && Number(query.get('start')) > 0) {
    return [`${name}-page-2`, name];
  }
  return [name];
}
