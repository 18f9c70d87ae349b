/** Whether version `a` is `b` or newer; three numbers each. */
function isAtLeast(a: string, b: string): boolean {
  const [left, right] = [a, b].map(version => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** The OAuth 2.0 provider came with 7.20. */
export function hasOAuth2Provider(version: string): boolean {
  return isAtLeast(version, '7.20.0');
}

/**
 * From 8.9.22, 8.19.12 and 9.3.2 on, HTTP access tokens (not OAuth ones) are ignored outside `/rest` and
 * `/scm`, and the request is sent to the login page. See the Atlassian knowledge base, "Access Tokens no
 * longer work as expected after upgrading".
 */
export function ignoresAccessTokensOutsideRest(version: string): boolean {
  if (isAtLeast(version, '9.0.0')) {
    return isAtLeast(version, '9.3.2');
  }
  return version.startsWith('8.9.') ? isAtLeast(version, '8.9.22') : isAtLeast(version, '8.19.12');
}
