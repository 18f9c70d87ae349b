import type { BitbucketSimulator } from '../../../demo/bitbucket';

/** A person who presses Allow on the consent page: answers where the browser is sent back to. */
export function allow(simulator: BitbucketSimulator, username: string, consentPage: URL): string {
  const param = (name: string) => consentPage.searchParams.get(name) ?? undefined;
  return simulator.authorize(username, {
    redirectUri: param('redirect_uri')!,
    scope: param('scope'),
    state: param('state'),
    codeChallenge: param('code_challenge'),
    codeChallengeMethod: param('code_challenge_method'),
  }).redirectUrl;
}
