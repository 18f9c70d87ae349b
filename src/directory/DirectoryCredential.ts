/**
 * How the list of users with their directories is asked: with an HTTP access token, or a username
 * and password.
 *
 * @public
 */
export type DirectoryCredential =
  { readonly token: string } | { readonly username: string; readonly password: string };

/**
 * The value of the `Authorization` header.
 *
 * @internal
 */
export function toAuthorization(credential: DirectoryCredential): string {
  if ('token' in credential) return `Bearer ${credential.token}`;
  const { username, password } = credential;
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/**
 * What must not be in any text.
 *
 * @internal
 */
export function secretsOf(credential: DirectoryCredential): string[] {
  return 'token' in credential ? [credential.token] : [credential.password];
}
