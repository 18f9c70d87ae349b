/**
 * What a matcher may ask the catalog for. Kind `User` is implied and cannot be changed.
 *
 * `ref` names one entity by its parts. `field` asks for every `User` whose field equals the value:
 * `metadata.name` (any namespace), `spec.profile.email`, or `metadata.annotations.<key>`.
 *
 * @public
 */
export type UserQuery =
  | { readonly by: 'ref'; readonly namespace: string; readonly name: string }
  | { readonly by: 'field'; readonly field: UserQueryField; readonly value: string };

/**
 * The fields of a `User` entity that can be matched.
 *
 * @public
 */
export type UserQueryField =
  'metadata.name' | 'spec.profile.email' | `metadata.annotations.${string}`;
