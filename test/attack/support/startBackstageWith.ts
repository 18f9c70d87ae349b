import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { stringify } from 'yaml';
import { choosePort } from '../../../demo/choosePort';
import { startDemo } from '../../../demo/startDemo';
import { startFrontDoor } from '../../lookup/support/startFrontDoor';
import { signInOverHttp } from '../../support/signInOverHttp';

/** Host of the simulated Bitbucket, as it stands in the keys of annotations. */
export const host = '127.0.0.1';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email?: string;
}

/**
 * A real Backstage with this package's module, these entities, a simulated Bitbucket, and a door in
 * front of the catalog behind which somebody else can answer. For attacks by an account, by Bitbucket
 * or by the catalog; `createStage` is for those by a browser or the cache.
 */
export async function startBackstageWith(options: {
  readonly entities: readonly Entity[];
  /** Of the provider: `signIn`, `userLookup` and so on. */
  readonly provider: JsonObject;
  /** Environments that are configured beside the one that is served. */
  readonly otherEnvironments?: JsonObject;
}) {
  const { otherEnvironments = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'attack-'));
  const catalog = join(folder, 'catalog.yaml');
  const documents = options.entities.map(entity => {
    const spec = { type: 'team', children: [], memberOf: [], ...entity.spec };
    return stringify({ ...entity, spec });
  });
  writeFileSync(catalog, documents.join('---\n'));
  const port = await choosePort(0, 'port');
  const door = await startFrontDoor(`http://localhost:${port}`);
  const endpoint = { target: `${door.baseUrl}/api/{{pluginId}}`, plugins: ['catalog'] };
  const starting = startDemo({
    frontend: false,
    catalog,
    port,
    config: {
      discovery: { endpoints: [endpoint] },
      catalog: { rules: [{ allow: ['User', 'Group', 'Component'] }] },
      auth: {
        providers: { bitbucketServer: { ...otherEnvironments, development: options.provider } },
      },
    },
  });
  // A start that fails must not keep the process alive.
  starting.catch(() => door.stop());
  const demo = await starting;
  // The people of the demo have names that tests use.
  for (const { user } of [...demo.bitbucket.people]) demo.bitbucket.removePerson(String(user.name));
  return {
    logs: demo.logs,
    backendUrl: demo.backendUrl,
    bitbucket: demo.bitbucket,
    /** What the backend finds where the catalog should be. */
    catalog: door,
    /** Signs a person in over HTTP, whose account is there for as long as it takes. */
    async signIn({ id, name, email }: Person) {
      const user = { id, name, slug: name, emailAddress: email, displayName: name };
      demo.bitbucket.addPerson({ user: { ...user, active: true, type: 'NORMAL' } });
      const { response, error } = await signInOverHttp(demo.backendUrl, name);
      demo.bitbucket.removePerson(name);
      return {
        as: response?.backstageIdentity?.identity.userEntityRef,
        code: /\(([A-Z_]+), reference/.exec(error?.message ?? '')?.[1],
        message: error?.message,
      };
    },
    async stop() {
      await demo.stop();
      await door.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
