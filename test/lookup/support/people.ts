import type { Entity } from '@backstage/catalog-model';
import type { UserQuery, UserQueryField } from '../../../src/lookup';

/** A user entity; every call gives a new object. */
export function user(name: string, parts: Partial<Parts> = {}): Entity {
  const { email, annotations, namespace, kind = 'User', memberOf } = parts;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, ...(namespace && { namespace }), ...(annotations && { annotations }) },
    spec: { profile: { displayName: `The ${name}`, ...(email && { email }) }, memberOf: [] },
    ...(memberOf && {
      relations: memberOf.map(group => ({ type: 'memberOf', targetRef: `group:default/${group}` })),
    }),
  };
}

interface Parts {
  email: string;
  annotations: Record<string, string>;
  namespace: string;
  kind: string;
  memberOf: string[];
}

export function byName(name: string, namespace = 'default'): UserQuery {
  return { by: 'ref', namespace, name };
}

export function byEmail(value: string): UserQuery {
  return byField('spec.profile.email', value);
}

export function byField(field: UserQueryField, value: string): UserQuery {
  return { by: 'field', field, value };
}
