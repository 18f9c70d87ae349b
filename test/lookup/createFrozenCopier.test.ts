import fc from 'fast-check';
import { createFrozenCopier } from '../../src/lookup/createFrozenCopier';
import { user } from './support/people';

function isFrozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout);
}

describe('a frozen copy', () => {
  it('equals its original, is frozen throughout, and leaves the original alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const before = JSON.stringify(value);
        const copy = createFrozenCopier()(value);
        expect(JSON.stringify(copy)).toBe(before);
        expect(isFrozenThroughout(copy)).toBe(true);
        expect(JSON.stringify(value)).toBe(before);
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it('does not take a key "__proto__" for the prototype', () => {
    const value: unknown = JSON.parse('{ "__proto__": { "kind": "User" }, "metadata": {} }');
    const copy = createFrozenCopier()(value) as { kind?: string };
    expect(copy.kind).toBeUndefined();
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('is the data itself when that is ours', () => {
    const value = { metadata: { name: 'ada', namespace: 'default' }, relations: [] };
    expect(createFrozenCopier(true)(value)).toBe(value);
    expect(isFrozenThroughout(value)).toBe(true);
  });

  it('keeps the entity of an in-process catalog open', () => {
    const ada = user('ada', { memberOf: ['team'] });
    createFrozenCopier()(ada);
    expect(() => Object.assign(ada.metadata, { title: 'Ada' })).not.toThrow();
  });
});
