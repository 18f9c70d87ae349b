import {
  agreement,
  createBitbucketServerSignInResolvers,
  createSignInResolver,
  createTransitiveGroups,
  matchers,
} from '../../src';

const byName = matchers.entityName({ from: 'username' });
// `as never`, because the compiler would say so first: not everybody has one.
const options = (value: object) => value as never;

/** Each of these would leave a door open if it were ignored. */
describe('an option in code that is misspelt or of the wrong type', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a domain list',
      () => matchers.profileEmail(options({ allowedDomain: ['corp.com'] })),
      '"profileEmail.allowedDomain" is not a known option; expected one of: allowedDomains, emailTrust',
    ],
    [
      'a namespace of a name',
      () => matchers.entityName(options({ from: 'username', namespace: ['people'] })),
      '"entityName.namespace" is not a known option',
    ],
    [
      'a domain list of a local part',
      () => matchers.emailLocalPart(options({ allowedDomain: ['corp.com'] })),
      '"emailLocalPart.allowedDomain" is not a known option',
    ],
    [
      'a domain list of an email as a name',
      () => matchers.emailEntityName(options({ allowedDomain: ['corp.com'] })),
      '"emailEntityName.allowedDomain" is not a known option',
    ],
    [
      'a domain list as text',
      () => matchers.profileEmail(options({ allowedDomains: 'corp.com' })),
      '"profileEmail.allowedDomains" must be a list, got "corp.com"',
    ],
    [
      'a boolean as text',
      () => matchers.profileEmail(options({ stripPlusTag: 'false' })),
      '"profileEmail.stripPlusTag" must be true or false, got "false"',
    ],
    [
      'a trust',
      () => matchers.emailLocalPart(options({ emailTrust: 'readonly' })),
      '"emailLocalPart.emailTrust" must be one of: "always", "readOnlyDirectory", "never", got "readonly"',
    ],
    [
      'a number as a namespace',
      () => matchers.entityName(options({ from: 'username', namespaces: [7] })),
      '"entityName.namespaces[0]" must be a string, got 7',
    ],
    [
      'a trust for a username',
      () =>
        matchers.annotation(options({ from: 'username', annotation: 'a/b', emailTrust: 'never' })),
      '"annotation.emailTrust" is not a known option',
    ],
    [
      'a normalization',
      () => matchers.emailEntityName(options({ normalize: 'none' })),
      '"emailEntityName.normalize" must be one of: "underscore", "dash", got "none"',
    ],
    ['an agreement of one', () => agreement(options([byName])), 'at least two matchers'],
    [
      'a policy',
      () => createSignInResolver({ match: options([{ matcher: byName, onMising: 'stop' }]) }),
      '"match[0].onMising" is not a known option; expected one of: matcher, onMissing',
    ],
    [
      'a policy of the matcher',
      () => createSignInResolver({ match: options([{ ...byName, onMissing: 'stop' }]) }),
      '"match[0]" must be { matcher, onMissing }: a matcher has no policy',
    ],
    [
      'a policy as boolean',
      () => createSignInResolver({ match: options([{ matcher: byName, onMissing: true }]) }),
      '"match[0].onMissing" must be one of: "next", "stop", got true',
    ],
    [
      'the fallback as text',
      () =>
        createSignInResolver({
          match: options([
            { matcher: byName, dangerouslyAllowSignInWithoutUserInCatalog: 'false' },
          ]),
        }),
      '"match[0].dangerouslyAllowSignInWithoutUserInCatalog" must be true or false or an object, got "false"',
    ],
    [
      'the namespace of the fallback',
      () =>
        createSignInResolver({
          match: options([
            { matcher: byName, dangerouslyAllowSignInWithoutUserInCatalog: { namspace: 'guests' } },
          ]),
        }),
      '"match[0].dangerouslyAllowSignInWithoutUserInCatalog.namspace" is not a known option; expected one of: namespace',
    ],
    [
      'an option of the resolver',
      () => createSignInResolver(options({ match: [byName], lookUp: {} })),
      '"createSignInResolver.lookUp" is not a known option; expected one of: match, lookup',
    ],
    [
      'an option of parent groups',
      () => createTransitiveGroups(options({ catalog: {}, auth: {}, maxDeph: 3 })),
      '"createTransitiveGroups.maxDeph" is not a known option; expected one of: ttl, notFoundTtl',
    ],
    [
      'a limit of parent groups',
      () => createTransitiveGroups(options({ catalog: {}, auth: {}, maxRefs: 0 })),
      '"createTransitiveGroups.maxRefs" must be a whole number from 1 to 10000, got 0',
    ],
    [
      'an empty annotation of accounts',
      () => createSignInResolver({ match: [byName], accountIdAnnotation: '' }),
      '"createSignInResolver.accountIdAnnotation" must end with "/user-id", got ""',
    ],
    [
      'an option of all resolvers',
      () => createBitbucketServerSignInResolvers(options({ hosts: 'git.corp.com' })),
      '"createBitbucketServerSignInResolvers.hosts" is not a known option',
    ],
  ])('is refused at start: %s', (_what, make, message) => {
    expect(make).toThrow(message);
  });
});
