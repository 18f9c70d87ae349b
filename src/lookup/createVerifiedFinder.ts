import type { UserLookupAnswer } from './CatalogUserLookup';
import { createFrozenCopier } from './createFrozenCopier';
import type { Finder } from './Finder';
import type { UserLookupFields } from './UserLookupFields';
import { verifyAnswer } from './verifyAnswer';
import type { SourceAnswer } from './UserSource';

/**
 * Lets only entities through that stand the local check, as copies that nobody can change: what is
 * cached above is then what was checked, whatever callers do with it.
 *
 * @internal
 */
export function createVerifiedFinder(
  finder: Finder<SourceAnswer>,
  fields: UserLookupFields,
): Finder<UserLookupAnswer> {
  // What is kept of an identity was put together by the source, for us alone.
  const frozenCopy = createFrozenCopier(fields === 'identity');
  return {
    async find(query) {
      const { answer, ageMs } = await finder.find(query);
      const verified = verifyAnswer(answer, query);
      return { answer: verified.type === 'entities' ? frozenCopy(verified) : verified, ageMs };
    },
  };
}
