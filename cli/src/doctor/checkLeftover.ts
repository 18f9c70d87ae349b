import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './Check';

const upstream = '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
/** Where an app of Backstage lists what its backend uses. */
const manifests = ['package.json', 'packages/backend/package.json'];

/**
 * Finds upstream's module in the manifests of an app: its config schema would refuse resolvers that
 * only this package has, and both register the same provider. Says nothing where there is none.
 *
 * @internal
 */
export function checkLeftover(folder: string): Check[] {
  return manifests
    .filter(manifest => lists(join(folder, manifest)))
    .map(manifest => ({
      name: 'packages',
      status: 'fail',
      text: `${manifest} still lists ${upstream}, whose config schema refuses resolvers of this package`,
      mend: 'remove it from there and from the backend',
    }));
}

function lists(path: string): boolean {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Not every folder that has a configuration has a manifest.
    return false;
  }
  return text.includes(`"${upstream}"`);
}
