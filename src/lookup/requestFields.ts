import type { UserQueryField } from './UserQuery';

const identityFields = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'spec.profile.email',
  'relations',
];

/**
 * What a request asks for under `fields: 'identity'`: name, email, relations, and what the local
 * check of this query needs. Annotations are asked for as a whole, because a key with a bracket
 * would make the catalog refuse the list; `identityOf` drops the others.
 *
 * @internal
 */
export function requestFields(field?: UserQueryField): string[] {
  return field?.startsWith('metadata.annotations.')
    ? [...identityFields, 'metadata.annotations']
    : identityFields;
}
