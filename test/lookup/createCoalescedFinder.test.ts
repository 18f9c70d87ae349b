import { queryKey } from '../../src/lookup/canonicalQuery';
import { createCoalescedFinder } from '../../src/lookup/createCoalescedFinder';
import { createLookupCounters } from '../../src/lookup/UserLookupStats';
import { controlledFinder } from './support/controlled';
import { byEmail, byName } from './support/people';

function setUp() {
  const below = controlledFinder<string>();
  const counters = createLookupCounters();
  return { below, counters, finder: createCoalescedFinder(below, counters) };
}

describe('the coalescing of queries', () => {
  it('asks once for equal queries in flight', async () => {
    const { below, counters, finder } = setUp();
    const found = [finder.find(byName('a')), finder.find(byName('A')), finder.find(byName('a'))];
    expect(below.calls).toHaveLength(1);
    await below.calls[0]!.answer('yes');
    expect((await Promise.all(found)).map(({ answer }) => answer)).toEqual(['yes', 'yes', 'yes']);
    expect(counters.coalesced).toBe(2);
  });

  it('keeps different queries apart, also those that look alike', () => {
    const { below, finder } = setUp();
    void finder.find(byName('a'));
    void finder.find(byName('a', 'other'));
    void finder.find(byEmail('a'));
    void finder.find({ by: 'field', field: 'metadata.name', value: 'a' });
    expect(below.calls).toHaveLength(4);
  });

  it('asks anew when the answer has come', async () => {
    const { below, finder } = setUp();
    void finder.find(byName('a'));
    await below.calls[0]!.answer('yes');
    void finder.find(byName('a'));
    expect(below.calls).toHaveLength(2);
  });

  it.each([['that query', queryKey(byName('a'))] as const, ['everything', undefined] as const])(
    'lets nobody join what was under way when %s was forgotten',
    async (_, key) => {
      const { below, finder } = setUp();
      const before = finder.find(byName('a'));
      finder.forget(key);
      const after = finder.find(byName('a'));
      expect(below.calls).toHaveLength(2);
      // The old one ends first, and must not end the new one for those who come now.
      await below.calls[0]!.answer('old');
      const later = finder.find(byName('a'));
      expect(below.calls).toHaveLength(2);
      await below.calls[1]!.answer('new');
      const answers = (await Promise.all([before, after, later])).map(({ answer }) => answer);
      expect(answers).toEqual(['old', 'new', 'new']);
    },
  );
});
