import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { DemoError } from './DemoError';
import { readYaml } from './readYaml';

/**
 * Refs of the entities that a catalog file describes, in lower case.
 *
 * @throws DemoError when the file cannot be read or holds something that is no entity.
 */
export function readEntityRefs(catalogFile: string): string[] {
  return readYaml(catalogFile).map(({ content, place }) => {
    if (!isEntity(content)) {
      throw new DemoError(`${place}: not an entity, "kind" and "metadata.name" must be strings`);
    }
    return stringifyEntityRef(content);
  });
}

function isEntity(content: unknown): content is Entity {
  const { kind, metadata } = (content ?? {}) as Partial<Entity>;
  return typeof kind === 'string' && typeof metadata?.name === 'string';
}
