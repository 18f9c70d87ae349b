import { satisfiesQuery } from '../../src/lookup';
import { byEmail, byField, byName, user } from './support/people';

describe('satisfiesQuery', () => {
  it.each([
    ['a name', user('ada'), byName('ada')],
    ['a name in another case', user('Ada'), byName('aDA', 'DEFAULT')],
    ['a name in another namespace', user('ada', { namespace: 'eng' }), byName('ada', 'eng')],
    ['an email', user('x', { email: 'Ada@Corp.example' }), byEmail('ada@corp.EXAMPLE')],
    [
      'an annotation',
      user('x', { annotations: { 'a.b/c': '7' } }),
      byField('metadata.annotations.a.b/c', '7'),
    ],
    ['metadata.name', user('ada', { namespace: 'eng' }), byField('metadata.name', 'ADA')],
    ['a kind in lower case', user('ada', { kind: 'user' }), byName('ada')],
  ])('accepts %s', (_, entity, query) => {
    expect(satisfiesQuery(entity, query)).toBeUndefined();
  });

  it.each([
    ['a group', user('ada', { kind: 'Group' }), byName('ada'), /not of kind User/],
    ['another namespace', user('ada', { namespace: 'x' }), byName('ada'), /namespace/],
    ['another name', user('bob'), byName('ada'), /name is another/],
    ['a Kelvin sign', user('x', { email: '\u212aim@a.b' }), byEmail('kim@a.b'), /another one/],
    ['a full-width letter', user('\uff4bim'), byName('kim'), /another one/],
    ['no email', user('x'), byEmail('x@a.b'), /is no text/],
    ['an empty email for an empty query', user('x', { email: '' }), byEmail(''), /text|another/],
    [
      'an inherited property',
      user('x', { annotations: {} }),
      byField('metadata.annotations.constructor', 'x'),
      /is no text/,
    ],
    [
      'the prototype itself',
      user('x', { annotations: {} }),
      byField('metadata.annotations.__proto__', 'x'),
      /is no text/,
    ],
    ['nothing', undefined, byName('x'), /not of kind/],
    ['a text', 'User', byName('x'), /not of kind/],
    ['a user without metadata', { kind: 'User' }, byName('x'), /namespace|name/],
    ['an email that is a list', listOfEmails(), byEmail('a@b.c'), /is no text/],
  ])('refuses %s', (_, entity, query, reason) => {
    expect(satisfiesQuery(entity, query)).toMatch(reason);
  });
});

function listOfEmails() {
  return { ...user('x'), spec: { profile: { email: ['a@b.c'] } } };
}
