import { RELATION_MEMBER_OF, stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { AuthResolverContext, BackstageSignInResult } from '@backstage/plugin-auth-node';
import { SignInError } from '../../errors';

/**
 * Issues the Backstage token of an entity, or of the ref of a person who is in no catalog.
 *
 * @param extend - adds to the ownership claims of an entity
 * @throws {@link SignInError} `TOKEN_NOT_ISSUED`
 */
export async function issueIdentity(
  context: AuthResolverContext,
  who: Entity | string,
  extend: (ownershipEntityRefs: string[]) => string[] | Promise<string[]> = refs => refs,
): Promise<BackstageSignInResult> {
  const sub = typeof who === 'string' ? who : stringifyEntityRef(who);
  try {
    if (typeof who === 'string') return await context.issueToken({ claims: { sub, ent: [sub] } });
    const ent = await extend(await resolveOwnership(context, who));
    return await context.issueToken({ claims: { sub, ent } });
  } catch (error) {
    throw new SignInError('TOKEN_NOT_ISSUED', {
      phase: 'issue',
      detail: `no token could be issued for ${sub}`,
      cause: error,
    });
  }
}

/**
 * Ownership is what Backstage's `AuthOwnershipResolver` says. Where the context has none, it is the
 * person and the direct groups.
 */
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
