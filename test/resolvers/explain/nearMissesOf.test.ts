import type { UserQuery } from '../../../src/lookup';
import { nearMissesOf } from '../../../src/resolvers';
import { userEntity } from '../../support/createEntityLookup';

const byEmail = (value: string): UserQuery => ({ by: 'field', field: 'spec.profile.email', value });
const byRef = (name: string): UserQuery => ({ by: 'ref', namespace: 'default', name });
const byId = (value: string): UserQuery => ({
  by: 'field',
  field: 'metadata.annotations.git.corp.com/user-id',
  value,
});

describe('nearMissesOf', () => {
  const spelling = 'differs only by letter case, form of letters or white space';

  it.each([
    [
      userEntity('a', { email: 'jane@old.com' }),
      byEmail('jane@corp.com'),
      'its email has the same local part, but the domain "old.com"',
    ],
    [
      userEntity('a', { email: 'jane@corp.com', kind: 'Group' }),
      byEmail('Jane@corp.com'),
      'it has the email, but is of kind "Group"',
    ],
    [
      userEntity('a', { email: ' jane@corp.com' }),
      byEmail('jane@corp.com'),
      `its email ${spelling}`,
    ],
    [
      userEntity('a', { email: 'mi\u212ae@corp.com' }),
      byEmail('mike@corp.com'),
      `its email ${spelling}`,
    ],
    [
      userEntity('Jane', { namespace: 'people' }),
      byRef('jane'),
      'it has the name, but is in namespace "people"',
    ],
    [
      userEntity('jane', { kind: 'Group' }),
      byRef('jane'),
      'it has the name, but is of kind "Group"',
    ],
    [
      userEntity('a', { annotations: { 'git.corp.com/user-id': ' 7' } }),
      byId('7'),
      `its annotation git.corp.com/user-id ${spelling}`,
    ],
    [
      userEntity('a', { annotations: { 'old.corp.com/user-id': '7' } }),
      byId('7'),
      'it has the value, but in the annotation "old.corp.com/user-id"',
    ],
  ])('%#: sees what is near, and says why', (entity, query, reason) => {
    const { namespace = 'default', name } = entity.metadata;
    const entityRef = `${entity.kind}:${namespace}/${name}`.toLowerCase();
    expect(nearMissesOf(entity, [query, query])).toEqual([{ entityRef, reason }]);
  });

  it.each([
    [userEntity('a', { email: 'jane@corp.com' }), byEmail('jane@corp.com')],
    [userEntity('a', { email: 'john@corp.com' }), byEmail('jane@corp.com')],
    [userEntity('a', {}), byEmail('jane@corp.com')],
    [userEntity('john', { namespace: 'people' }), byRef('jane')],
    [userEntity('a', { annotations: { 'corp.com/floor': '7' } }), byId('7')],
    [userEntity('a', { annotations: { 'git.corp.com/user-id': '77' } }), byId('7')],
    [
      userEntity('a', { annotations: JSON.parse('{"__proto__":"7"}') as Record<string, string> }),
      byId('7'),
    ],
  ])('%#: invents nothing', (entity, query) => {
    expect(nearMissesOf(entity, [query])).toEqual([]);
  });
});
