import { mockServices } from '@backstage/backend-test-utils';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { createCatalogUserLookup } from '../../src/lookup';
import { byEmail, byField, byName, user } from './support/people';

const people = [
  user('ada', { email: 'ada@corp.example', annotations: { 'bb/id': '1' }, memberOf: ['a'] }),
  user('kim', { email: 'kim@corp.example', annotations: { 'bb/id': '12' } }),
  user('twin-a', { email: 'twin@corp.example' }),
  user('twin-b', { email: 'TWIN@corp.example' }),
  user('group', { email: 'ada@corp.example', kind: 'Group' }),
];

function makeLookup() {
  const catalog = new InMemoryCatalogClient({ entities: people });
  return createCatalogUserLookup({ catalog, auth: mockServices.auth() });
}

describe('createCatalogUserLookup', () => {
  it.each([
    [byName('Ada'), ['ada']],
    [byName('nobody'), []],
    [byName('group'), []],
    [byEmail('ADA@corp.example'), ['ada']],
    [byEmail('\u212aim@corp.example'), []],
    [byEmail('twin@corp.example'), ['twin-a', 'twin-b']],
    [byField('metadata.annotations.bb/id', '1'), ['ada']],
    [byField('metadata.name', 'KIM'), ['kim']],
    [byEmail('ada@corp.example,kim@corp.example'), []],
  ])('answers %j with %j', async (query, names) => {
    const answer = await makeLookup().find(query);
    expect(answer.type).toBe('entities');
    const found = answer.type === 'entities' ? answer.entities : [];
    expect(found.map(entity => entity.metadata.name)).toEqual(names);
  });

  it('hands out entities that nobody can change, and leaves those of the catalog alone', async () => {
    const answer = await makeLookup().find(byName('ada'));
    const [ada] = answer.type === 'entities' ? answer.entities : [];
    expect(() => Object.assign(ada!.metadata, { name: 'eve' })).toThrow(TypeError);
    expect(() => (ada!.relations as unknown[]).push({})).toThrow(TypeError);
    expect(Object.isFrozen(people[0])).toBe(false);
  });

  it('peeks at what it remembers only', async () => {
    const lookup = makeLookup();
    expect(lookup.peek(byName('ada'))).toBeUndefined();
    const answer = await lookup.find(byName('ada'));
    expect(lookup.peek(byName('ADA'))).toBe(answer);
    lookup.clear();
    expect(lookup.peek(byName('ada'))).toBeUndefined();
  });
});
