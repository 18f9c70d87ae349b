import { z } from 'zod/v3';
import { createSignInError } from '../errors';
import type { BitbucketServerUser } from './BitbucketServerUser';
import { quote } from '../shared';

const maxInt32 = 2 ** 31 - 1;

// Bitbucket writes null where it has nothing, and leaves keys out in some serialisations.
const optionalText = z
  .string()
  .nullish()
  .transform(value => value || undefined);

const schema = z.object({
  id: z.number().int().min(0).max(maxInt32),
  name: z.string().min(1).max(255),
  slug: z.string().min(1).max(255),
  displayName: optionalText,
  emailAddress: optionalText,
  active: z
    .boolean()
    .nullish()
    .transform(value => value ?? undefined),
  type: optionalText,
  avatarUrl: optionalText,
});

/**
 * Validates the JSON of a Bitbucket Server user. Unknown keys are tolerated and kept in `raw`.
 *
 * Required are `id` (int32, not negative), `name` and `slug`; everything else may be absent or null.
 * Whether the account may sign in is not decided here, see `requireActiveUser`.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @throws {@link SignInError} `USER_PAYLOAD_INVALID`
 * @public
 */
export function parseBitbucketServerUser(json: unknown): BitbucketServerUser {
  const result = schema.safeParse(json);
  if (!result.success) {
    const issues = result.error.issues.map(
      issue => `${issue.path.join('.') || 'payload'}: ${issue.message}`,
    );
    throw createSignInError('USER_PAYLOAD_INVALID', {
      phase: 'profile',
      detail: `user payload ${quote(nameOf(json))} is invalid: ${issues.join('; ')}`,
    });
  }
  const { id, name, slug, displayName, emailAddress, active, type, avatarUrl } = result.data;
  // Key by key: objects made of rests and spreads have a layout each, which slows every reader down.
  return {
    id,
    name,
    slug,
    displayName: displayName ?? name,
    emailAddress,
    active,
    type,
    avatarUrl,
    raw: json as Record<string, unknown>,
  };
}

function nameOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'name' in json ? json.name : typeof json;
}
