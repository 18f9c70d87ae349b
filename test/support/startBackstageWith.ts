import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { stringify } from 'yaml';
import { startDemo } from '../../demo/startDemo';
import { signInOverHttp } from './signInOverHttp';

/** Host of the simulated Bitbucket, as it stands in the keys of annotations. */
export const host = '127.0.0.1';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email?: string;
}

/** A real Backstage with this package's module, these entities and a simulated Bitbucket. */
export async function startBackstageWith(options: {
  readonly entities: readonly Entity[];
  /** Of the provider: `signIn`, `userLookup` and so on. */
  readonly provider: JsonObject;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'attack-'));
  const catalog = join(folder, 'catalog.yaml');
  const documents = options.entities.map(entity => {
    const spec = { type: 'team', children: [], memberOf: [], ...entity.spec };
    return stringify({ ...entity, spec });
  });
  writeFileSync(catalog, documents.join('---\n'));
  const demo = await startDemo({
    frontend: false,
    catalog,
    config: {
      catalog: { rules: [{ allow: ['User', 'Group', 'Component'] }] },
      auth: { providers: { bitbucketServer: { development: options.provider } } },
    },
  });
  return {
    logs: demo.logs,
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
      rmSync(folder, { recursive: true });
    },
  };
}
