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
  it.each([
    [userEntity('a', { email: 'jane@old.com' }), byEmail('jane@corp.com'), 'otherDomain'],
    [
      userEntity('a', { email: 'jane@corp.com', kind: 'Group' }),
      byEmail('Jane@corp.com'),
      'otherKind',
    ],
    [userEntity('a', { email: ' jane@corp.com' }), byEmail('jane@corp.com'), 'spelling'],
    [userEntity('a', { email: 'mi\u212ae@corp.com' }), byEmail('mike@corp.com'), 'spelling'],
    [userEntity('Jane', { namespace: 'people' }), byRef('jane'), 'otherNamespace'],
    [userEntity('jane', { kind: 'Group' }), byRef('jane'), 'otherKind'],
    [userEntity('a', { annotations: { 'git.corp.com/user-id': ' 7' } }), byId('7'), 'spelling'],
    [
      userEntity('a', { annotations: { 'old.corp.com/user-id': '7' } }),
      byId('7'),
      'otherAnnotation',
    ],
  ])('%#: sees what is near', (entity, query, kind) => {
    expect(nearMissesOf(entity, [query, query])).toEqual([
      expect.objectContaining({ kind, reason: expect.stringMatching(/^it/) }),
    ]);
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
