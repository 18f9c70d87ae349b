import { RELATION_MEMBER_OF, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext, BackstageSignInResult } from '@backstage/plugin-auth-node';
import { createSignInError } from '../../errors';

/**
 * Adds refs to the ownership claims of a person. A rejection ends the sign-in.
 *
 * @public
 */
export type OwnershipExtension = (
  ownershipEntityRefs: readonly string[],
  options: { readonly refresh: boolean },
) => Promise<string[]>;

/**
 * Issues the Backstage token of an entity. Ownership is what Backstage's `AuthOwnershipResolver`
 * says. Where the context has none, it is the person and the direct groups.
 *
 * @throws {@link SignInError} `TOKEN_NOT_ISSUED`
 */
export async function issueIdentity(
  context: AuthResolverContext,
  entity: Entity,
  extension: { readonly extendOwnership?: OwnershipExtension; readonly refresh: boolean },
): Promise<BackstageSignInResult> {
  const { extendOwnership, refresh } = extension;
  const sub = stringifyEntityRef(entity);
  try {
    const direct = await resolveOwnership(context, entity);
    const ent = extendOwnership ? await extendOwnership(direct, { refresh }) : direct;
    return await context.issueToken({ claims: { sub, ent } });
  } catch (error) {
    throw notIssued(sub, error);
  }
}

/**
 * Issues the Backstage token of a person who is in no catalog.
 *
 * @throws {@link SignInError} `TOKEN_NOT_ISSUED`
 */
export async function issueIdentityWithoutUser(
  context: AuthResolverContext,
  userEntityRef: string,
): Promise<BackstageSignInResult> {
  try {
    return await context.issueToken({ claims: { sub: userEntityRef, ent: [userEntityRef] } });
  } catch (error) {
    throw notIssued(userEntityRef, error);
  }
}

async function resolveOwnership(context: AuthResolverContext, entity: Entity): Promise<string[]> {
  // Optional in spite of its type: contexts of older auth backends have no such method.
  const { resolveOwnershipEntityRefs } = context as Partial<AuthResolverContext>;
  if (resolveOwnershipEntityRefs) {
    return (await context.resolveOwnershipEntityRefs(entity)).ownershipEntityRefs;
  }
  const groups = (entity.relations ?? [])
    .filter(({ type, targetRef }) => type === RELATION_MEMBER_OF && targetRef.startsWith('group:'))
    .map(({ targetRef }) => targetRef);
  return [...new Set([stringifyEntityRef(entity), ...groups])];
}

function notIssued(ref: string, cause: unknown): Error {
  return createSignInError('TOKEN_NOT_ISSUED', {
    phase: 'issue',
    detail: `no token could be issued for ${ref}`,
    cause,
  });
}
