import { z } from 'zod/v3';
import type { Subject, SubjectDirectory } from '../profile';

const adminUserSchema = z.object({
  id: z.number().int(),
  emailAddress: z.string().nullish(),
  directoryName: z.string().nullish(),
  mutableDetails: z.boolean().nullish(),
});

/**
 * Judges what the list of users with their directories says under the name of a person.
 *
 * The email that the person presents must be the very one of the list: only then does the directory
 * vouch for it, and not an earlier record or a transform.
 *
 * @param found - every entry with exactly this name
 * @internal
 */
export function judgeDirectory(
  found: readonly unknown[],
  subject: Subject,
  trustedDirectories: ReadonlySet<string>,
): SubjectDirectory {
  if (found.length !== 1) {
    return {
      unknown: `Bitbucket Server lists ${found.length === 0 ? 'nobody' : `${found.length} users`} under this name`,
    };
  }
  const user = adminUserSchema.safeParse(found[0]);
  if (!user.success) {
    return { unknown: 'Bitbucket Server lists the user in an unknown format' };
  }
  const { id, emailAddress, directoryName, mutableDetails } = user.data;
  if (subject.id !== undefined && String(id) !== subject.id) {
    return { unknown: 'Bitbucket Server lists another user id under this name' };
  }
  if (emailAddress !== subject.email) {
    return { unknown: 'Bitbucket Server lists another email address for this user' };
  }
  const name = directoryName ?? undefined;
  if (name !== undefined && trustedDirectories.has(name)) {
    return { readOnly: true, directoryName: name };
  }
  // A missing field is not "false": the answer of a proxy or an old server proves nothing.
  if (typeof mutableDetails !== 'boolean') {
    return { unknown: 'Bitbucket Server does not say whether people can edit the details' };
  }
  return { readOnly: !mutableDetails, directoryName: name };
}
