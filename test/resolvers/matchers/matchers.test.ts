import type { Subject } from '../../../src/profile';
import { agreement, matchers } from '../../../src/resolvers';
import type { Matcher } from '../../../src/resolvers';

const jane: Subject = {
  id: '7',
  username: 'jane',
  slug: 'jane-slug',
  email: 'jane@corp.com',
  emailOrigin: 'payload',
  refresh: false,
};
const nobody: Subject = { refresh: false };

const plan = (matcher: Matcher, changes: Partial<Subject> = {}) =>
  matcher.match({ ...jane, ...changes });

function queries(matcher: Matcher, changes: Partial<Subject> = {}) {
  const result = plan(matcher, changes);
  if (result.type !== 'query') throw new Error(`no query but ${result.type}`);
  return result.attempts.map(({ query }) =>
    query.by === 'ref' ? `${query.namespace}/${query.name}` : `${query.field}=${query.value}`,
  );
}

describe('profileEmail', () => {
  it('asks for the email as it is', () => {
    expect(queries(matchers.profileEmail())).toEqual(['spec.profile.email=jane@corp.com']);
    expect(queries(matchers.profileEmail(), { email: 'jane+x@corp.com' })).toEqual([
      'spec.profile.email=jane+x@corp.com',
    ]);
  });

  it('tries the address without its tag after the one with it, and only when told to', () => {
    const matcher = matchers.profileEmail({ stripPlusTag: true });
    expect(queries(matcher, { email: 'ceo+x+y@corp.com' })).toEqual([
      'spec.profile.email=ceo+x+y@corp.com',
      'spec.profile.email=ceo@corp.com',
    ]);
    expect(queries(matcher)).toEqual(['spec.profile.email=jane@corp.com']);
    expect(queries(matcher, { email: '+x@corp.com' })).toEqual(['spec.profile.email=+x@corp.com']);
  });

  it('misses an email that is not there', () => {
    expect(matchers.profileEmail().match(nobody)).toMatchObject({
      type: 'missing',
      attribute: 'email',
    });
  });

  it.each(['jane@exploitcorp.com', 'jane@corp.com.evil.test', 'jane@sub.corp.com'])(
    'denies %s when only corp.com is allowed',
    email => {
      expect(
        plan(matchers.profileEmail({ allowedDomains: ['corp.com'] }), { email }),
      ).toMatchObject({
        type: 'denied',
        code: 'EMAIL_DOMAIN_NOT_ALLOWED',
      });
    },
  );

  it.each<[string, Partial<Subject>, boolean]>([
    ['always', {}, true],
    ['always', { emailOrigin: 'derived' }, true],
    ['never', {}, false],
    ['never', { directory: { readOnly: true } }, false],
    ['readOnlyDirectory', { directory: { readOnly: true } }, true],
    ['readOnlyDirectory', { directory: { readOnly: false } }, false],
    ['readOnlyDirectory', { directory: { unknown: 'Bitbucket is down' } }, false],
    ['readOnlyDirectory', {}, false],
    ['readOnlyDirectory', { directory: { readOnly: true }, emailOrigin: 'derived' }, false],
    ['readOnlyDirectory', { directory: { readOnly: true }, emailOrigin: undefined }, false],
  ])('with emailTrust %s and %j, relies on it: %s', (emailTrust, changes, trusted) => {
    const all = [
      matchers.profileEmail({ emailTrust: emailTrust as 'always' }),
      matchers.emailLocalPart({ emailTrust: emailTrust as 'always' }),
      matchers.annotation({
        from: 'email',
        annotation: 'a.b/c',
        emailTrust: emailTrust as 'always',
      }),
    ];
    for (const matcher of all) {
      expect(matcher.needs).toEqual(emailTrust === 'readOnlyDirectory' ? ['directory'] : undefined);
      expect(plan(matcher, changes)).toMatchObject(
        trusted ? { type: 'query' } : { type: 'denied', code: 'EMAIL_NOT_TRUSTED' },
      );
    }
  });
});

describe('emailLocalPart', () => {
  it('asks for the part before the at sign, in the namespaces in order', () => {
    expect(queries(matchers.emailLocalPart())).toEqual(['default/jane']);
    expect(queries(matchers.emailLocalPart({ namespaces: ['people', '*'] }))).toEqual([
      'people/jane',
      'metadata.name=jane',
    ]);
  });

  it.each(['jane+x@corp.com', "o'neil@corp.com", 'jürgen@corp.com', `${'x'.repeat(64)}@corp.com`])(
    'misses %s, whose local part is no entity name',
    email => {
      expect(plan(matchers.emailLocalPart(), { email })).toMatchObject({ type: 'missing' });
    },
  );

  it('denies a domain that is not allowed', () => {
    const matcher = matchers.emailLocalPart({ allowedDomains: ['org.com'] });
    expect(plan(matcher)).toMatchObject({ type: 'denied', code: 'EMAIL_DOMAIN_NOT_ALLOWED' });
  });
});

describe('entityName', () => {
  it('asks for username or slug, never for one in place of the other', () => {
    expect(queries(matchers.entityName({ from: 'username' }))).toEqual(['default/jane']);
    expect(queries(matchers.entityName({ from: 'slug' }))).toEqual(['default/jane-slug']);
    expect(plan(matchers.entityName({ from: 'slug' }), { slug: undefined })).toMatchObject({
      type: 'missing',
      attribute: 'slug',
    });
  });

  it.each([
    'jane@corp.com',
    'default/jane',
    'group:default/x',
    'a b',
    '',
    '../jane',
    '[REDACTED]',
    'K\u212a',
  ])('misses the username %j, which is no entity name', username => {
    expect(plan(matchers.entityName({ from: 'username' }), { username })).toMatchObject({
      type: 'missing',
    });
  });

  it.each([
    ['jane@corp.com', 'default/jane_corp.com'],
    ['jane  doe', 'default/jane_doe'],
    ['jane@@', 'default/jane'],
  ])('makes an entity name of %s when told to', (username, ref) => {
    const matcher = matchers.entityName({ from: 'username', normalize: 'underscore' });
    expect(queries(matcher, { username })).toEqual([ref]);
  });

  it.each([
    ['jane.doe@corp.com', 'default/jane.doe-corp.com'],
    ['a@@b', 'default/a--b'],
    ['a--b', 'default/a--b'],
    ['a-b', 'default/a-b'],
  ])('makes a name with dashes of %s, character by character', (username, ref) => {
    const matcher = matchers.entityName({ from: 'username', normalize: 'dash' });
    expect(queries(matcher, { username })).toEqual([ref]);
  });

  it.each([
    ['underscore', '日本'],
    ['dash', 'jane@'],
    ['dash', ' jane'],
  ] as const)('still misses with %s what does not become a name: %s', (normalize, username) => {
    const matcher = matchers.entityName({ from: 'username', normalize });
    expect(plan(matcher, { username })).toMatchObject({ type: 'missing' });
  });

  it.each([[[]], [['a/b']], [['']]])('refuses the namespaces %j at once', namespaces => {
    expect(() => matchers.entityName({ from: 'slug', namespaces })).toThrow(/namespace/);
  });
});

describe('annotation', () => {
  it.each([
    ['id', '7'],
    ['username', 'jane'],
    ['slug', 'jane-slug'],
    ['email', 'jane@corp.com'],
  ] as const)('asks for the %s', (from, value) => {
    const matcher = matchers.annotation({ from, annotation: 'git.corp.com/x' });
    expect(queries(matcher)).toEqual([`metadata.annotations.git.corp.com/x=${value}`]);
    expect(matcher.match(nobody)).toMatchObject({ type: 'missing', attribute: from });
  });

  it.each(['', 'a b', 'x/y/z', 'a,b', '[::1]/user-id'])(
    'refuses the key %j at once',
    annotation => {
      expect(() => matchers.annotation({ from: 'id', annotation })).toThrow(
        'is not an annotation key',
      );
    },
  );

  it('refuses email options for another attribute', () => {
    expect(() =>
      matchers.annotation({ from: 'id', annotation: 'a.b/c', allowedDomains: ['corp.com'] }),
    ).toThrow(
      '"annotation.allowedDomains" is not a known option; expected one of: from, annotation, namespaces',
    );
  });
});

describe('agreement', () => {
  const byId = matchers.annotation({ from: 'id', annotation: 'a.b/id' });
  const byEmail = matchers.profileEmail({ emailTrust: 'readOnlyDirectory' });

  it('has the plans of its parts, and their needs', () => {
    const matcher = agreement([byId, byEmail]);
    expect(matcher.needs).toEqual(['directory']);
    expect(matcher.match(jane)).toMatchObject({
      type: 'agreement',
      parts: [{ plan: { type: 'query' } }, { plan: { type: 'denied' } }],
    });
  });

  it('refuses to be of less than two, or of another agreement', () => {
    expect(() => agreement([byId])).toThrow('at least two matchers');
    expect(() => agreement([byId, agreement([byId, byEmail])])).toThrow(
      'must not contain another agreement',
    );
  });
});
