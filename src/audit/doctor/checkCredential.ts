import { isSignInError } from '../../errors';
import type { Check } from './Check';
import type { Probe } from './createProbe';
import { quote } from '../../shared';

const name = 'bitbucket credential';

/**
 * Whether the credential for the list of users is one, and how much of the list it sees.
 *
 * @internal
 */
export async function checkCredential(
  probe: Probe,
  baseUrl: string,
  needsDirectory: boolean,
  readAuthorization: () => string | undefined,
): Promise<Check> {
  let authorization: string | undefined;
  try {
    authorization = readAuthorization();
  } catch (error) {
    const text = isSignInError(error) ? error.detail : (error as Error).message;
    return { name, status: 'fail', text, mend: 'correct it' };
  }
  if (authorization === undefined) {
    return {
      name,
      status: 'skip',
      text: 'none is configured; a sign-in needs none, the audit does',
      mend: 'set BITBUCKET_TOKEN to an HTTP access token, or "directory" in the config',
    };
  }
  const read = async (path: string) =>
    (await probe(`${baseUrl}/rest/api/latest/${path}?limit=1`, authorization)).status;
  try {
    const admin = await read('admin/users');
    if (admin === 200) return { name, status: 'ok', text: 'it reads admin/users' };
    const users = await read('users');
    if (users !== 200) {
      const mend = 'make a new HTTP access token of a licensed user';
      return { name, status: 'fail', text: `it is refused: users answers ${users}`, mend };
    }
    return {
      name,
      status: needsDirectory ? 'fail' : 'warn',
      text: `it reads users, but admin/users answers ${admin}: no last sign-in, no directories`,
      mend: needsDirectory
        ? 'emailTrust "readOnlyDirectory" needs a credential that may read admin/users'
        : 'a licensed user with more rights sees when people last signed in',
    };
  } catch (error) {
    const text = isSignInError(error) ? error.detail : quote(String(error));
    return { name, status: 'fail', text, mend: 'see the line on bitbucket' };
  }
}
