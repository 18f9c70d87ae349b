import { createChainFinder } from '../../src/lookup/createChainFinder';
import type { FieldQuery } from '../../src/lookup/createFieldFinder';
import { userEntity } from '../support/createEntityLookup';

const email: FieldQuery = { by: 'field', field: 'spec.profile.email', value: 'jane@corp.com' };
const id: FieldQuery = { by: 'field', field: 'metadata.annotations.a.b/id', value: '7' };
const jane = userEntity('jane', { email: 'Jane@corp.com' });
const seven = userEntity('seven', { annotations: { 'a.b/id': '7' } });

function setUp(options: { joined?: () => unknown; apart?: (field: string) => unknown } = {}) {
  let time = 0;
  const asked: unknown[] = [];
  const getEntities = async (request: unknown) => {
    asked.push(request);
    time += 1;
    return { items: (options.joined ?? (() => [jane, seven]))() };
  };
  const find = createChainFinder(
    // The one call that a joined request makes.
    { getEntities } as unknown as Parameters<typeof createChainFinder>[0],
    field => async queries => {
      asked.push(field);
      time += 10;
      const found = (options.apart ?? (each => (each === email.field ? [jane] : [seven])))(field);
      return queries.map(() => found) as never;
    },
    'all',
    () => time,
  );
  return { find, asked };
}

const answers = [
  { type: 'entities', entities: [jane] },
  { type: 'entities', entities: [seven] },
];

describe('a few queries of different fields', () => {
  it('go in one request once that has proved faster, with the same answers', async () => {
    const { find, asked } = setUp();
    for (let count = 0; count < 10; count += 1) expect(await find([email, id])).toEqual(answers);
    expect(asked.at(-1)).toEqual({
      filter: [
        { 'spec.profile.email': 'jane@corp.com', kind: 'User' },
        { 'metadata.annotations.a.b/id': '7', kind: 'User' },
      ],
      fields: [],
    });
    expect(asked.filter(each => typeof each === 'string').length).toBeLessThan(8);
  });

  it('go apart when a value has a meaning in the joined request', async () => {
    const { find, asked } = setUp();
    const unsafe: FieldQuery = { ...id, value: '7,kind=group' };
    for (let count = 0; count < 10; count += 1) await find([email, unsafe]);
    expect(asked.every(each => typeof each === 'string')).toBe(true);
  });

  it('go apart when the joined request fails, so that one fails alone', async () => {
    const { find } = setUp({
      joined: () => {
        throw new Error('down');
      },
      apart: field => {
        if (field === id.field) throw new Error('bad key');
        return [jane];
      },
    });
    for (let count = 0; count < 10; count += 1) {
      expect(await find([email, id])).toEqual([
        answers[0],
        { type: 'unavailable', cause: new Error('bad key') },
      ]);
    }
  });
});
