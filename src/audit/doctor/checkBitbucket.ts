import { isSignInError } from '../../errors';
import type { Check } from './Check';
import type { Probe } from './createProbe';
import { quote } from '../../shared';

const name = 'bitbucket';

/** The OAuth 2.0 provider came with 7.20. */
const oldest = [7, 20];

/**
 * Whether Bitbucket Server answers, and in a version that has OAuth 2.0.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 * @internal
 */
export async function checkBitbucket(probe: Probe, baseUrl: string): Promise<Check> {
  const url = `${baseUrl}/rest/api/latest/application-properties`;
  let answer;
  try {
    answer = await probe(url);
  } catch (error) {
    return {
      name,
      status: 'fail',
      text: `no answer: ${isSignInError(error) ? error.detail : String(error)}`,
      mend: 'check host or baseUrl, the network from here, and the certificate',
    };
  }
  const version = (answer.json as { version?: unknown } | undefined)?.version;
  if (typeof version !== 'string') {
    const type = answer.headers.get('content-type') ?? 'no content type';
    return {
      name,
      status: 'fail',
      text: `${url} answered ${answer.status} (${quote(type)}), which is no Bitbucket Server`,
      mend: 'check the context path in host or baseUrl, and whether a proxy asks for a login before',
    };
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldest[0]! || (major === oldest[0] && minor < oldest[1]!);
  return isOld
    ? {
        name,
        status: 'fail',
        text: `version ${quote(version)} has no OAuth 2.0`,
        mend: 'Bitbucket 7.20 or later is needed',
      }
    : {
        name,
        status: 'ok',
        text: `${baseUrl} answers, version ${version.replace(/[^\w.-]/g, '')}`,
      };
}
