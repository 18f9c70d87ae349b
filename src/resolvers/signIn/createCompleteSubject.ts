import type { Subject, SubjectDirectory } from '../../profile';
import type { ChainStep } from '../chain';

/**
 * Asks which directory the account of a person is in.
 *
 * @public
 */
export type FindDirectory = (subject: Subject) => Promise<SubjectDirectory>;

/** @internal */
export type CompleteSubject = (subject: Subject) => Subject | Promise<Subject>;

/**
 * Fetches the facts that a chain's matchers need and that cost I/O; nothing when none needs any.
 *
 * @internal
 */
export function createCompleteSubject(
  steps: readonly ChainStep[],
  findDirectory: FindDirectory | undefined,
): CompleteSubject {
  const needsDirectory = steps.some(({ matcher }) => matcher.needs?.includes('directory'));
  if (!needsDirectory || !findDirectory) return subject => subject;
  return async subject => {
    let directory: SubjectDirectory;
    try {
      directory = await findDirectory(subject);
    } catch (error) {
      directory = { unknown: String(error) };
    }
    return { ...subject, directory };
  };
}
