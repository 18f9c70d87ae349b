/**
 * What of a `User` entity is fetched and kept.
 *
 * - `all`: the whole entity, because an `AuthOwnershipResolver` may want any part of it.
 * - `identity`: kind, name, namespace, email, memberships, and the annotation that was matched.
 *
 * @public
 */
export type UserLookupFields = 'all' | 'identity';
