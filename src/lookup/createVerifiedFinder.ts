import type { UserLookupAnswer } from './CatalogUserLookup';
import { createFrozenCopier } from './createFrozenCopier';
import type { Finder } from './Finder';
import { verifyAnswer } from './verifyAnswer';
import type { SourceAnswer } from './UserSource';

/**
 * Lets only entities through that stand the local check, as copies that nobody can change: what is
 * cached above is then what was checked, whatever callers do with it.
 *
 * @internal
 */
export function createVerifiedFinder(finder: Finder<SourceAnswer>): Finder<UserLookupAnswer> {
  const frozenCopy = createFrozenCopier();
  return {
    async find(query) {
      const { answer, ageMs } = await finder.find(query);
      const verified = verifyAnswer(answer, query);
      return { answer: verified.type === 'entities' ? frozenCopy(verified) : verified, ageMs };
    },
  };
}
