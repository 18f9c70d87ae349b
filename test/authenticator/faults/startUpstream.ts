import http from 'node:http';
import https from 'node:https';
import { createOAuthProviderFactory } from '@backstage/plugin-auth-node';
import { bitbucketServerAuthenticator } from '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
import type { BitbucketSimulator } from '../../../demo/bitbucket';
import { signInByUsername, startAuthBackend } from '../support/startAuthBackend';
import type { AuthBackend } from '../support/startAuthBackend';
import { link } from './createFaultStage';

const host = 'bitbucket.upstream.test';

/**
 * Upstream's module, unchanged, against the simulator. It speaks https only, so its two ways out,
 * `fetch` and `https.request`, lead to the simulator's http for the one host that it knows.
 */
export async function startUpstream(simulator: BitbucketSimulator): Promise<AuthBackend> {
  const realFetch = globalThis.fetch;
  const fetchSpy = jest.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const url = String(input);
    const prefix = `https://${host}`;
    const target = url.startsWith(prefix)
      ? `${simulator.baseUrl}${url.slice(prefix.length)}`
      : input;
    return realFetch(target, init);
  });
  const requestSpy = jest.spyOn(https, 'request').mockImplementation(((
    options: https.RequestOptions,
  ) => {
    if (options.host !== host) throw new Error(`unexpected https request to ${options.host}`);
    return http.request({ ...options, host: '127.0.0.1', port: simulator.port });
  }) as typeof https.request);
  const backend = await startAuthBackend(
    { development: { ...link, host } },
    createOAuthProviderFactory({
      authenticator: bitbucketServerAuthenticator,
      signInResolver: signInByUsername,
    }),
  );
  return {
    ...backend,
    async stop() {
      await backend.stop();
      fetchSpy.mockRestore();
      requestSpy.mockRestore();
    },
  };
}
