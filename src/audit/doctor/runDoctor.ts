import { readAuthenticatorConfig } from '../../authenticator';
import { isSignInError } from '../../errors';
import { readAuditSettings } from '../world';
import type { Check } from './Check';
import { checkBitbucket } from './checkBitbucket';
import { checkCatalog } from './checkCatalog';
import { checkConfig } from './checkConfig';
import { checkCredential } from './checkCredential';
import { checkOAuth } from './checkOAuth';
import { createProbe } from './createProbe';
import type { DoctorInput } from './DoctorInput';

/**
 * Looks at everything that a sign-in needs, from the config to the catalog, and changes nothing.
 * Checks come as they are made.
 *
 * @internal
 */
export async function* runDoctor(input: DoctorInput): AsyncGenerator<Check> {
  const { config, fetch, signal } = input;
  let settings;
  try {
    settings = readAuditSettings(config, input.env);
  } catch (error) {
    const text = isSignInError(error) ? error.detail : String(error);
    yield { name: 'config', status: 'fail', text, mend: 'correct this key first' };
    yield await checkCatalog(input);
    return;
  }
  const { env, path, baseUrl, needsDirectory } = settings;
  const envConfig = config.getConfig(path);
  const configChecks = checkConfig(envConfig, env);
  yield* configChecks;

  const probe = createProbe({ fetch, signal });
  const reachable = await checkBitbucket(probe, baseUrl);
  yield reachable;
  if (reachable.status !== 'fail') {
    if (configChecks.every(({ status }) => status !== 'fail')) {
      const { clientId, clientSecret, callbackUrl } = readAuthenticatorConfig(envConfig);
      const backendUrl = config.getOptionalString('backend.baseUrl')?.replace(/\/+$/, '') ?? '';
      const redirectUri = callbackUrl ?? `${backendUrl}/api/auth/bitbucketServer/handler/frame`;
      yield* await checkOAuth({
        probe,
        baseUrl,
        clientId,
        clientSecret,
        redirectUri,
        fetch,
        signal,
      });
    }
    yield await checkCredential(probe, baseUrl, needsDirectory, () =>
      input.readAuthorization(envConfig, path),
    );
  }
  yield await checkCatalog(input);
}
