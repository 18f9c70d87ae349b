import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readSignInSetup } from '../../../src/readSignInSetup';
import { bitbucketServerSignInResolvers } from '../../../src/resolvers';

const path = 'auth.providers.bitbucketServer.production';
const host = 'git.corp.com';
const read = (resolvers: unknown) =>
  readSignInSetup(new ConfigReader({ host, signIn: { resolvers } } as JsonObject), path);

const needed: Record<string, object> = {
  agreement: {
    of: [
      { resolver: 'userIdMatchingUserEntityAnnotation' },
      { resolver: 'emailMatchingUserEntityProfileEmail' },
    ],
  },
};
const names = Object.keys(bitbucketServerSignInResolvers);

describe('signIn.resolvers', () => {
  it('knows the documented names', () => {
    expect(names).toEqual([
      'emailMatchingUserEntityProfileEmail',
      'emailLocalPartMatchingUserEntityName',
      'emailMatchingUserEntityName',
      'emailMatchingUserEntityAnnotation',
      'usernameMatchingUserEntityName',
      'userSlugMatchingUserEntityName',
      'userIdMatchingUserEntityAnnotation',
      'usernameMatchingUserEntityAnnotation',
      'userSlugMatchingUserEntityAnnotation',
      'agreement',
    ]);
  });

  it.each(names.slice(0, -1))(
    'makes a step of %s, with every policy and the fallback',
    resolver => {
      const policy = {
        onMissing: 'stop',
        onNoMatch: 'stop',
        onDenied: 'stop',
        onAmbiguous: 'next',
      };
      const dangerouslyAllowSignInWithoutUserInCatalog = { namespace: 'guests' };
      const options = {
        ...policy,
        dangerouslyAllowSignInWithoutUserInCatalog,
        ...needed[resolver],
      };
      const { match, warnings } = read([{ resolver, ...options }]);
      expect(match).toEqual([
        {
          ...policy,
          dangerouslyAllowSignInWithoutUserInCatalog,
          matcher: expect.objectContaining({ name: resolver }),
        },
      ]);
      expect(warnings).toContain(
        `${path}: ${resolver}: dangerouslyAllowSignInWithoutUserInCatalog signs in people who are not in the catalog`,
      );
    },
  );

  it.each([
    ['userIdMatchingUserEntityAnnotation', { id: '7' }, 'git.corp.com/user-id=7'],
    ['usernameMatchingUserEntityAnnotation', { username: 'j' }, 'git.corp.com/username=j'],
    ['userSlugMatchingUserEntityAnnotation', { slug: 'j' }, 'git.corp.com/user-slug=j'],
    ['emailMatchingUserEntityAnnotation', { email: 'j@x.de' }, 'git.corp.com/email=j@x.de'],
  ])('takes the host for the default annotation of %s', (resolver, subject, query) => {
    const plan = read([{ resolver }]).match[0]!.matcher.match({ refresh: false, ...subject });
    expect(plan).toMatchObject({
      attempts: [
        {
          query: {
            field: `metadata.annotations.${query.split('=')[0]}`,
            value: query.split('=')[1],
          },
        },
      ],
    });
    expect(() => bitbucketServerSignInResolvers[resolver as 'agreement']()).toThrow(
      'needs the option "annotation"',
    );
  });

  it('makes a step of an agreement, with every policy', () => {
    const policy = { onMissing: 'stop', onNoMatch: 'stop', onDenied: 'stop', onAmbiguous: 'next' };
    const { match } = read([{ resolver: 'agreement', ...policy, ...needed.agreement }]);
    expect(match).toEqual([{ ...policy, matcher: expect.objectContaining({ name: 'agreement' }) }]);
  });

  it('is no chain without resolvers', () => {
    const none = { match: [], weakestLink: undefined, warnings: [] };
    expect(readSignInSetup(new ConfigReader({ host }), path)).toMatchObject(none);
    expect(read([])).toMatchObject(none);
  });

  it('passes the options on', () => {
    const { match } = read([
      {
        resolver: 'emailMatchingUserEntityProfileEmail',
        allowedDomains: ['corp.com'],
        stripPlusTag: true,
        emailTrust: 'never',
      },
      {
        resolver: 'usernameMatchingUserEntityName',
        namespaces: ['a', '*'],
        normalize: 'underscore',
      },
    ]);
    const subject = { refresh: false, email: 'j+x@corp.com', username: 'j@x' };
    expect(match[0]!.matcher.match(subject)).toMatchObject({ code: 'EMAIL_NOT_TRUSTED' });
    expect(match[1]!.matcher.match(subject)).toMatchObject({
      attempts: [{ query: { namespace: 'a', name: 'j_x' } }, { query: { field: 'metadata.name' } }],
    });
  });

  const first = `"${path}.signIn.resolvers[0]`;
  it.each([
    ['x', `"${path}.signIn.resolvers" must be a list`],
    [['x'], `${first}" must be an object with the key "resolver"`],
    [[{}], `${first}.resolver" is missing; expected one of: email`],
    [[{ resolver: 'nope' }], `must be one of: ${names.join(', ')}; got "nope"`],
    [[{ resolver: 'toString' }], `${first}.resolver" must be one of: `],
    [
      [{ resolver: 'usernameMatchingUserEntityName', allowedDomain: [] }],
      `${first}.allowedDomain" is not a known option; expected one of: namespaces, normalize, stripPrefix, dangerously`,
    ],
    [
      [{ resolver: 'usernameMatchingUserEntityName', namespaces: ['A/B'] }],
      `${first}.namespaces[0]" is not valid: "A/B" is not a namespace`,
    ],
    [
      [{ resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: 'corp.com' }],
      `${first}.allowedDomains" must be a list, got "corp.com"`,
    ],
    [
      [{ resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['@corp.com'] }],
      `"@corp.com" is not a domain`,
    ],
    [
      [{ resolver: 'emailMatchingUserEntityProfileEmail', onMissing: 'skip' }],
      `${first}.onMissing" must be one of: "next", "stop", got "skip"`,
    ],
    [
      [{ resolver: 'userIdMatchingUserEntityAnnotation', annotation: 'a b' }],
      `"a b" is not an annotation key`,
    ],
    [
      [
        {
          resolver: 'userIdMatchingUserEntityAnnotation',
          dangerouslyAllowSignInWithoutUserInCatalog: { ns: 'x' },
        },
      ],
      `${first}.dangerouslyAllowSignInWithoutUserInCatalog.ns" is not a known option; expected one of: namespace`,
    ],
    [
      [
        {
          resolver: 'usernameMatchingUserEntityName',
          dangerouslyAllowSignInWithoutUserInCatalog: { namespace: 'a/b:c' },
        },
      ],
      'it is not a namespace',
    ],
    [
      [
        {
          resolver: 'agreement',
          dangerouslyAllowSignInWithoutUserInCatalog: true,
          ...needed.agreement,
        },
      ],
      `${first}.dangerouslyAllowSignInWithoutUserInCatalog" is not a known option; expected one of: of, onMissing`,
    ],
    [[{ resolver: 'agreement' }], `${first}.of" is missing`],
    [
      [{ resolver: 'agreement', of: [{ resolver: 'usernameMatchingUserEntityName' }] }],
      `${first}.of" must have at least 2 entries`,
    ],
    [
      [{ resolver: 'agreement', of: [{ resolver: 'agreement' }, { resolver: 'agreement' }] }],
      '"of[0].resolver" must not be an agreement itself',
    ],
    [
      [{ resolver: 'agreement', of: [{ resolver: 'nope' }, { resolver: 'nope' }] }],
      `${first}" (agreement) "of[0].resolver" must be one of: `,
    ],
    [
      [
        {
          resolver: 'agreement',
          of: [
            { resolver: 'usernameMatchingUserEntityName', onMissing: 'stop' },
            { resolver: 'usernameMatchingUserEntityName' },
          ],
        },
      ],
      '"of[0].onMissing" is not a known option; expected one of: namespaces, normalize, stripPrefix',
    ],
  ])('refuses %j', (resolvers, message) => {
    expect(() => read(resolvers)).toThrow(message);
  });

  it.each([
    ['emailMatchingUserEntityProfileEmail', {}, /can edit their own email/],
    [
      'emailLocalPartMatchingUserEntityName',
      { emailTrust: 'readOnlyDirectory' },
      /without allowedDomains/,
    ],
    ['emailMatchingUserEntityName', { emailTrust: 'readOnlyDirectory' }, /two emails can become/],
    ['usernameMatchingUserEntityName', { normalize: 'underscore' }, /two accounts can become/],
  ])('warns of %s with %j', (resolver, options, warning) => {
    expect(read([{ resolver, ...options }]).warnings.join()).toMatch(warning);
  });

  it.each([
    [{ resolver: 'emailMatchingUserEntityProfileEmail', emailTrust: 'readOnlyDirectory' }],
    [{ resolver: 'userIdMatchingUserEntityAnnotation' }],
    [{ resolver: 'agreement', ...needed.agreement }],
  ])('does not warn of %j', item => {
    expect(read([item]).warnings).toEqual([]);
  });
});

describe('the factories', () => {
  it('refuse an unknown option and list the valid ones', () => {
    const factory = bitbucketServerSignInResolvers.usernameMatchingUserEntityName;
    expect(() => factory({ nope: 1 })).toThrow(
      'not a known option; expected one of: namespaces, normalize',
    );
    expect(factory()).toEqual(expect.any(Function));
    expect(factory.optionsJsonSchema).toBeDefined();
  });
});
