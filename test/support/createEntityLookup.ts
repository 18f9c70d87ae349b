import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import type { CatalogUserLookup, UserLookupAnswer, UserQuery } from '../../src/lookup';
import { foldAscii } from '../../src/shared';

export interface EntityLookup extends Required<Pick<CatalogUserLookup, 'find' | 'isNameTaken'>> {
  readonly asked: UserQuery[];
}

/** Whether an entity is one that a query asks for, by definition. */
export function isAnswerTo({ kind, metadata, spec }: Entity, query: UserQuery): boolean {
  const { name, namespace = 'default', annotations = {} } = metadata;
  const fields: Record<string, unknown> = {
    'metadata.name': name,
    'spec.profile.email': (spec?.profile as JsonObject | undefined)?.email,
  };
  for (const [key, value] of Object.entries(annotations)) {
    fields[`metadata.annotations.${key}`] = value;
  }
  const pairs =
    query.by === 'ref'
      ? [
          [namespace, query.namespace],
          [name, query.name],
        ]
      : [[fields[query.field], query.value]];
  return (
    kind === 'User' &&
    pairs.every(([a, b]) => typeof a === 'string' && foldAscii(a) === foldAscii(b as string))
  );
}

/** A lookup over entities in memory; `answer` may override what is said to a query. */
export function createEntityLookup(
  entities: readonly Entity[],
  answer: (query: UserQuery) => UserLookupAnswer | undefined = () => undefined,
): EntityLookup {
  const asked: UserQuery[] = [];
  return {
    asked,
    async find(query) {
      asked.push(query);
      const found = entities.filter(entity => isAnswerTo(entity, query));
      return answer(query) ?? { type: 'entities', entities: found };
    },
    async isNameTaken({ namespace, name }) {
      if (answer({ by: 'ref', namespace, name })?.type === 'unavailable') throw new Error('down');
      const refs = ['User', 'Group'].map(kind => stringifyEntityRef({ kind, namespace, name }));
      return entities.some(
        entity =>
          refs.includes(stringifyEntityRef(entity)) ||
          entity.relations?.some(each => each.type === 'ownedBy' && refs.includes(each.targetRef)),
      );
    },
  };
}

export interface UserEntityOptions {
  readonly namespace?: string;
  readonly kind?: string;
  readonly email?: string;
  readonly annotations?: Record<string, string>;
  readonly relations?: Entity['relations'];
}

export function userEntity(name: string, options: UserEntityOptions = {}): Entity {
  const { namespace = 'default', kind = 'User', email, annotations, relations } = options;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { name, namespace, annotations },
    spec: { profile: email === undefined ? {} : { email } },
    relations,
  };
}
