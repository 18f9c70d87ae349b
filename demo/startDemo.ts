import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonObject } from '@backstage/types';
import { readPeople } from './bitbucket/readPeople';
import type { SimulatedPerson } from './bitbucket/SimulatorOptions';
import { startBitbucketSimulator } from './bitbucket/startBitbucketSimulator';
import { bundleApp } from './bundleApp';
import { choosePort } from './choosePort';
import { createLogRecorder } from './createLogRecorder';
import type { Demo, DemoOptions } from './Demo';
import { DemoError } from './DemoError';
import { fillInBaseUrl } from './fillInBaseUrl';
import { readDemoConfig } from './readDemoConfig';
import { readEntityRefs } from './readEntityRefs';
import { startBackstage } from './startBackstage';

const world = join(__dirname, 'world');

/**
 * Boots a Bitbucket simulator and a real Backstage with this package's module, and resolves when somebody
 * can sign in: the catalog has its entities.
 *
 * @throws DemoError when an option is wrong: a missing file, a taken port.
 */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { contextPath = '', frontend = true, features } = options;
  const catalogFile = resolve(options.catalog ?? join(world, 'catalog.yaml'));
  const entityRefs = readEntityRefs(catalogFile);
  const people = readUsers(options.users ?? join(world, 'users'));
  const port = await choosePort(options.port ?? 0, '--port');
  const bitbucketPort = await choosePort(options.bitbucketPort ?? 0, '--bitbucket-port');
  const url = `http://localhost:${port}`;
  const client = { clientId: 'backstage', clientSecret: makeSecret() };
  const serviceToken = makeSecret();
  const origin = `http://127.0.0.1:${bitbucketPort}`;

  const config = await readDemoConfig({
    variables: {
      BACKSTAGE_URL: url,
      BACKSTAGE_PORT: String(port),
      BITBUCKET_URL: `${origin}${contextPath}`,
      BITBUCKET_ORIGIN: origin,
      BITBUCKET_CLIENT_ID: client.clientId,
      BITBUCKET_CLIENT_SECRET: client.clientSecret,
      BITBUCKET_SERVICE_TOKEN: serviceToken,
      CATALOG_FILE: catalogFile,
    },
    files: options.configFiles ?? [],
    overlay: overlayOf(options),
  });
  if (frontend) await bundleApp();

  const logs: string[] = [];
  const logger = createLogRecorder(line => {
    logs.push(`${line.plugin} ${line.level} ${line.text}`);
    options.onLog?.(line);
  });
  const bitbucket = await startBitbucketSimulator({
    people: fillInBaseUrl(people, `${origin}${contextPath}`),
    port: bitbucketPort,
    contextPath,
    serviceTokens: serviceTokensOf(people, serviceToken),
    clients: [
      {
        ...client,
        redirectUris: [`${url}/api/auth/bitbucketServer/handler/frame`],
        scopes: options.linkScopes ?? ['PUBLIC_REPOS'],
      },
    ],
  });
  try {
    const backstage = await startBackstage({ config, logger, entityRefs, frontend, features });
    const stop = async () => {
      await backstage.stop();
      await bitbucket.close();
    };
    let stopped: Promise<void> | undefined;
    return { appUrl: url, backendUrl: url, bitbucket, logs, stop: () => (stopped ??= stop()) };
  } catch (error) {
    await bitbucket.close();
    throw error;
  }
}

function makeSecret(): string {
  return randomBytes(16).toString('hex');
}

/** The token of a service account, as one would have it; among other users, of whoever there is. */
function serviceTokensOf(people: SimulatedPerson[], token: string): Record<string, string> {
  const owner = people.find(({ user }) => user.type === 'SERVICE') ?? people[0];
  return owner ? { [token]: String(owner.user.name) } : {};
}

function readUsers(path: string) {
  if (!existsSync(path))
    throw new DemoError(`There is no folder or file of users ${resolve(path)}`);
  try {
    return readPeople(path);
  } catch (error) {
    throw new DemoError((error as Error).message);
  }
}

function overlayOf({ config = {}, database, redirectFlow }: DemoOptions): JsonObject {
  return {
    ...(redirectFlow && { enableExperimentalRedirectFlow: true }),
    ...config,
    ...(database && { backend: { ...(config.backend as JsonObject | undefined), database } }),
  };
}
