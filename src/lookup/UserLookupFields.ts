/**
 * What of a `User` entity is fetched and kept.
 *
 * - `all`: the whole entity, because an `AuthOwnershipResolver` may want any part of it.
 * - `identity`: kind, name, namespace, email, memberships, the annotation that was matched, and those
 *   that end with `/user-id`, which say whose account it is.
 *
 * @public
 */
export type UserLookupFields = 'all' | 'identity';
