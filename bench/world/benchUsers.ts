import type { Entity } from '@backstage/catalog-model';

/** Host-scoped annotation, as the resolvers of the package default to. */
export const idAnnotation = 'bitbucket.example.com/user-id';

/** A person of the bench world; the catalog is filled and asked with the same numbers. */
export function benchUser(index: number): Entity {
  const name = `person-${index}`;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: {
      name,
      annotations: {
        'backstage.io/managed-by-location': 'url:https://bench.example.com/org.yaml',
        'backstage.io/managed-by-origin-location': 'url:https://bench.example.com/org.yaml',
        [idAnnotation]: String(100_000 + index),
      },
    },
    spec: {
      profile: { displayName: `Person Number ${index}`, email: `${name}@corp.example.com` },
      memberOf: [`team-${index % 50}`, `division-${index % 7}`],
    },
  };
}
