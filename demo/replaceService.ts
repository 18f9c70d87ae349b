import { createServiceFactory } from '@backstage/backend-plugin-api';
import type { BackendFeature, ServiceRef } from '@backstage/backend-plugin-api';

/** Puts `instance` in the place of a service of the backend itself. */
export function replaceService<T extends object>(
  service: ServiceRef<T, 'root'>,
  instance: T,
): BackendFeature {
  return createServiceFactory({ service, deps: {}, factory: () => instance });
}
