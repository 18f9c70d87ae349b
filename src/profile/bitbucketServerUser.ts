import { z } from 'zod/v3';
import { SignInError } from '../errors';
import { quote } from '../shared';

/**
 * A user of Bitbucket Server / Data Center, validated. Unknown keys of the payload are kept in `raw`.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @public
 */
export interface BitbucketServerUser {
  /** Number of the account. It stays the same when the account is renamed. */
  readonly id: number;
  /** The username. Not the slug. */
  readonly name: string;
  /** The name in URLs. Bitbucket chooses it, so it cannot always be derived from the username. */
  readonly slug: string;
  /** The username when the payload has none. */
  readonly displayName: string;
  /** As in the payload. It may not be a valid email address. */
  readonly emailAddress?: string;
  /** `undefined` when the payload does not say. */
  readonly active?: boolean;
  /** `NORMAL` or `SERVICE`; `undefined` when the payload does not say. */
  readonly type?: string;
  /** As in the payload: absolute, or relative with the context path already in it. */
  readonly avatarUrl?: string;
  /** The whole payload, so that nothing is lost. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const maxInt32 = 2 ** 31 - 1;

// Bitbucket writes null for missing values, and leaves some keys out.
const optionalText = z.string().nullish();

const schema = z.object({
  id: z.number().int().min(0).max(maxInt32),
  name: z.string().min(1).max(255),
  slug: z.string().min(1).max(255),
  displayName: optionalText,
  emailAddress: optionalText,
  active: z.boolean().nullish(),
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
    throw new SignInError('USER_PAYLOAD_INVALID', {
      phase: 'profile',
      detail: `user payload ${quote(nameOf(json))} is invalid: ${issues.join('; ')}`,
    });
  }
  const { id, name, slug, displayName, emailAddress, active, type, avatarUrl } = result.data;
  return {
    id,
    name,
    slug,
    displayName: displayName || name,
    emailAddress: emailAddress || undefined,
    active: active ?? undefined,
    type: type || undefined,
    avatarUrl: avatarUrl || undefined,
    raw: json as Record<string, unknown>,
  };
}

function nameOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'name' in json ? json.name : typeof json;
}
