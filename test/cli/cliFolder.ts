import type { Entity } from '@backstage/catalog-model';
import { useFolder } from '../support/useFolder';
import { runInMemory } from './runInMemory';
import { host } from './worlds';

/** Entities as the API of a catalog answers them: accepted already, so that they are not judged. */
export function storedEntities(...entities: Entity[]): object {
  return {
    items: entities.map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, uid: `uid-of-${metadata.name}` },
    })),
  };
}

/** A new folder for each test, in which the command line runs. */
export function useCliFolder() {
  const folder = useFolder();
  return Object.assign(folder, {
    /** Writes a config with these resolvers. */
    configure(file: string, ...resolvers: (string | object)[]) {
      const list = resolvers.map(item => (typeof item === 'string' ? { resolver: item } : item));
      const production = { host, signIn: { resolvers: list } };
      folder.write(file, { auth: { providers: { bitbucketServer: { production } } } });
    },
    run: (...args: string[]) => runInMemory(args, { cwd: folder.path }),
  });
}
