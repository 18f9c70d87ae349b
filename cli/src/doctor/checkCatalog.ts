import type { Config } from '@backstage/config';
import { openCatalog } from '../sources';
import type { Check } from './Check';

const name = 'catalog';

/**
 * Whether the catalog can be read, and has people.
 *
 * @internal
 */
export async function checkCatalog({
  config,
  catalogToken,
  fetch,
  signal,
}: {
  readonly config: Config;
  readonly catalogToken?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}): Promise<Check> {
  const backendUrl = config.getOptionalString('backend.baseUrl');
  if (!backendUrl) {
    return {
      name,
      status: 'fail',
      text: 'backend.baseUrl is not set',
      mend: 'set it, so that the catalog is found',
    };
  }
  try {
    const catalog = openCatalog({ backendUrl, token: catalogToken, fetch, signal });
    const answer = await catalog.query({ filter: { kind: 'user' }, limit: 1 });
    const users = Math.max(answer.totalItems, answer.items.length);
    return users > 0
      ? { name, status: 'ok', text: `${backendUrl} answers, ${users} User entities` }
      : {
          name,
          status: 'fail',
          text: `${backendUrl} answers, but has no User entities`,
          mend: 'add a provider of your organization, or check what the token may read',
        };
  } catch (error) {
    const mend = 'check backend.baseUrl, that the backend runs, and BACKSTAGE_TOKEN';
    return { name, status: 'fail', text: (error as Error).message, mend };
  }
}
