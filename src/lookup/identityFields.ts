/**
 * What a request asks for under `fields: 'identity'`. Annotations are asked for as a whole, because a
 * key with a bracket would make the catalog refuse the list; `identityOf` drops most of them.
 *
 * @internal
 */
export const identityFields = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'spec.profile.email',
  'relations',
  'metadata.annotations',
];
