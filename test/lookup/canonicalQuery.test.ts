import fc from 'fast-check';
import type { UserQuery } from '../../src/lookup';
import { canonicalQuery, queryKey } from '../../src/lookup/canonicalQuery';
import { byEmail, byField, byName } from './support/people';

const anyText = fc.string({ unit: 'binary', maxLength: 6 });
const anyQuery: fc.Arbitrary<UserQuery> = fc.oneof(
  fc.tuple(anyText, anyText).map(([name, namespace]) => byName(name, namespace)),
  anyText.map(byEmail),
  fc.tuple(anyText, anyText).map(([key, value]) => byField(`metadata.annotations.${key}`, value)),
  anyText.map(value => byField('metadata.name', value)),
);

describe('canonicalQuery', () => {
  it('folds what the check folds, and the key of an annotation not', () => {
    expect(canonicalQuery(byName('Ada', 'Eng'))).toEqual(byName('ada', 'eng'));
    expect(canonicalQuery(byField('metadata.annotations.A/b', 'X'))).toEqual(
      byField('metadata.annotations.A/b', 'x'),
    );
  });

  it.each([
    byName(''),
    byName('a', ''),
    byName('a:b'),
    byName('a/b'),
    byName('a b'),
    byName('a\u200bb'),
    byName('..'),
    byName('x'.repeat(201)),
    byEmail(''),
    byEmail('a\u0000'),
    byEmail('a\n'),
    byEmail('\udc00'),
    byEmail('x'.repeat(201)),
    byField('metadata.annotations.', 'x'),
    byField('metadata.annotations.a\nb', 'x'),
    byField('spec.type' as 'metadata.name', 'x'),
  ])('knows that nobody can answer %j', query => {
    expect(canonicalQuery(query)).toBeUndefined();
  });

  it.each(['a,b@c.d', ' a@b.c', 'a=b', '%', '__proto__', 'kim@\u212a.de'])(
    'lets the value %j through: it only means itself',
    value => {
      expect(canonicalQuery(byEmail(value))).toEqual(byEmail(value));
    },
  );
});

describe('queryKey', () => {
  it('is the same for two answerable queries only when their canonical forms are', () => {
    fc.assert(
      fc.property(anyQuery, anyQuery, (a, b) => {
        const [first, second] = [canonicalQuery(a), canonicalQuery(b)];
        fc.pre(first !== undefined && second !== undefined);
        const same = JSON.stringify(first) === JSON.stringify(second);
        expect(queryKey(a) === queryKey(b)).toBe(same);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not run the parts of a query together', () => {
    const keys = [
      byName('b', 'a'),
      byName('ab', ''),
      byName('', 'ab'),
      byField('metadata.annotations.a', 'bc'),
      byField('metadata.annotations.ab', 'c'),
    ].map(queryKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
