import { readFileSync } from 'node:fs';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { parseAllDocuments } from 'yaml';
import { DemoError } from './DemoError';

/**
 * Refs of the entities that a catalog file describes, in lower case.
 *
 * @throws DemoError when the file cannot be read or holds something that is no entity.
 */
export function readEntityRefs(catalogFile: string): string[] {
  try {
    return parseAllDocuments(readFileSync(catalogFile, 'utf8')).flatMap(document => {
      if (document.errors[0]) throw document.errors[0];
      const entity = document.toJS() as Entity | null;
      return entity ? [stringifyEntityRef(entity)] : [];
    });
  } catch (error) {
    // The parser quotes the place in further lines.
    const [problem] = (error as Error).message.split(/:?\n/);
    throw new DemoError(`Catalog file ${catalogFile}: ${problem}`);
  }
}
