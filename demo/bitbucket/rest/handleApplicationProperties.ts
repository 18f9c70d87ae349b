import { type Answer, jsonAnswer } from '../http/Answer';
import type { World } from '../World';

/** `GET /rest/api/latest/application-properties`: open to everybody, so a 200 says nothing about who asks. */
export function handleApplicationProperties({ version }: World): Answer {
  const [major = '0', minor = '0', patch = '0'] = version.split('.');
  return jsonAnswer(200, {
    version,
    buildNumber: `${major}${minor.padStart(3, '0')}${patch.padStart(3, '0')}`,
    buildDate: '1730000000000',
    displayName: 'Bitbucket',
  });
}
