import { createSignInError } from '../errors';
import type { BitbucketServerUser } from './BitbucketServerUser';
import { fetchWhoAmI } from './fetchWhoAmI';
import type { FetchWhoAmIOptions, WhoAmI } from './fetchWhoAmI';
import { findUserByName } from './findUserByName';
import { quote } from '../shared';

/** Keeps users by their id for a while, so that a refresh need not read them again. */
export interface UserMemory {
  /** `undefined` when it holds none that is fresh. Does not throw. */
  readonly get: (id: string) => Promise<BitbucketServerUser | undefined>;
  /** Does not throw. */
  readonly set: (user: BitbucketServerUser) => Promise<void>;
}

export interface ReadSignedInUserOptions extends FetchWhoAmIOptions {
  /** Learns every user that is read. */
  readonly memory?: UserMemory;
  /** Whether a fresh user of the memory may be the answer. Default `true`. */
  readonly useMemory?: boolean;
}

/**
 * The user that a token belongs to: who am I, then the user of that name, whose id must be the one
 * that who am I said. With a memory, a fresh user of that id and name saves the second question.
 *
 * @throws SignInError
 * @internal
 */
export async function readSignedInUser(
  options: ReadSignedInUserOptions,
): Promise<BitbucketServerUser> {
  const { memory, useMemory = true, ...request } = options;
  const whoAmI = await fetchWhoAmI(request);
  if (memory && useMemory && whoAmI.id !== undefined) {
    const remembered = await memory.get(whoAmI.id);
    // After a rename, the old user is no answer any more.
    if (remembered && isSameUser(remembered, whoAmI)) return remembered;
  }
  const user = await findUserByName({ ...request, username: whoAmI.username });
  if (!isSameUser(user, whoAmI)) {
    throw createSignInError('USER_ID_MISMATCH', {
      phase: 'profile',
      detail: `The server says that the token belongs to user ${quote(whoAmI.id)}, and that the user named ${quote(whoAmI.username)} has the id ${user.id}`,
    });
  }
  if (whoAmI.id !== undefined) await memory?.set(user);
  return user;
}

function isSameUser(user: BitbucketServerUser, whoAmI: WhoAmI): boolean {
  return (
    user.name === whoAmI.username && (whoAmI.id === undefined || String(user.id) === whoAmI.id)
  );
}
