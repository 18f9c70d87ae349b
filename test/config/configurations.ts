import type { JsonObject } from '@backstage/types';

/** Path of the environment that every row is. */
export const path = 'auth.providers.bitbucketServer.production';

/** A configuration with what config:check and the start say of it. */
export interface Configuration {
  readonly name: string;
  readonly environment: JsonObject;
  /** Part of the error at start; `undefined`: the configuration is right. */
  readonly start?: string;
  /** The lines of config:check, where they matter. */
  readonly check?: readonly RegExp[];
  /** Why config:check accepts what the start refuses. */
  readonly startOnly?: string;
  /** Parts of the warnings at start. Default: none. */
  readonly warnings?: readonly string[];
}

const address = {
  clientId: 'the-client',
  clientSecret: 'planted-client-secret',
  host: 'git.corp.com',
};
const withoutHost = { clientId: address.clientId, clientSecret: address.clientSecret };
const byId = { resolver: 'userIdMatchingUserEntityAnnotation' };
const bySlug = { resolver: 'userSlugMatchingUserEntityName' };
const byTrustedEmail = {
  resolver: 'emailMatchingUserEntityProfileEmail',
  emailTrust: 'readOnlyDirectory',
};
const directory = { token: 'planted-token' };

/** Why JSON Schema cannot say it. */
const because = {
  coerced: "Backstage's validator makes a string of a number or boolean before it looks",
  range: 'JSON Schema cannot add up a duration',
  url: 'JSON Schema has patterns, and no parser of URLs',
  rule: 'the rule of the resolver or transform is code',
} as const;

const withKeys = (keys: JsonObject): JsonObject => ({ ...address, ...keys });
const withResolvers = (...resolvers: JsonObject[]) => withKeys({ signIn: { resolvers } });
const withTransforms = (...profileTransforms: JsonObject[]) => withKeys({ profileTransforms });
const withLookup = (userLookup: JsonObject) => withKeys({ userLookup });

type Row = Omit<Configuration, 'name' | 'environment'>;
const row = (name: string, environment: JsonObject, rest: Row = {}): Configuration => ({
  name,
  environment,
  ...rest,
});
const wrong = (
  name: string,
  environment: JsonObject,
  key: string,
  problem: string,
  rest: Row = {},
) => row(name, environment, { start: `"${path}.${key}" ${problem}`, ...rest });

const addresses = [
  row('the least', address),
  row('a port and a context path', withKeys({ host: 'git.corp.com:8443/vcs' })),
  row('a host in upper case', withKeys({ host: 'Git.Corp.COM' })),
  row('a host with white space around it', withKeys({ host: ' git.corp.com\n' })),
  row('a host that ends like Bitbucket Cloud', withKeys({ host: 'notbitbucket.org' })),
  row('an internationalised host', withKeys({ host: 'bücher.example' })),
  row('a baseUrl', { ...withoutHost, baseUrl: 'https://corp.com/bitbucket/' }),
  row('http to a loopback baseUrl', { ...withoutHost, baseUrl: 'http://localhost:7990/vcs' }),
  row('http to 127.8.9.1', { ...withoutHost, baseUrl: 'http://127.8.9.1' }),
  row('http to IPv6 loopback', { ...withoutHost, baseUrl: 'http://[::1]:7990' }),
  row(
    'http elsewhere, when it is allowed',
    { ...withoutHost, baseUrl: 'http://git.test', dangerouslyAllowHttp: true },
    { warnings: [`"${path}.dangerouslyAllowHttp" sends secrets and tokens unencrypted`] },
  ),
  row('http to a loopback host', withKeys({ host: '[::1]:7990', dangerouslyAllowHttp: true }), {
    warnings: ['dangerouslyAllowHttp'],
  }),
  wrong('neither host nor baseUrl', withoutHost, 'host', 'is missing: set it, or "baseUrl"', {
    check: [/must have required property 'host'/, /must match "else" schema/],
  }),
  wrong(
    'host and baseUrl',
    withKeys({ baseUrl: 'https://git.corp.com' }),
    'baseUrl',
    'must not be set together with "host"',
    { check: [/boolean schema is false .*production\/host/] },
  ),
  wrong('an empty host', withKeys({ host: ' ' }), 'host', 'must be a valid address, got " "'),
  wrong(
    'a scheme in host',
    withKeys({ host: 'http://git.corp.com' }),
    'host',
    'must not have a scheme',
    {
      check: [/must match pattern .* at \/auth\/providers\/bitbucketServer\/production\/host$/],
    },
  ),
  wrong('white space in host', withKeys({ host: 'git.corp.com/ a' }), 'host', 'must be a valid'),
  wrong('a backslash in host', withKeys({ host: 'git.corp.com\\a' }), 'host', 'must be a valid'),
  wrong(
    'a fragment in host',
    withKeys({ host: 'git.corp.com/#a' }),
    'host',
    'must not have a query',
  ),
  wrong('a port with letters', withKeys({ host: 'git.corp.com:http' }), 'host', 'must be a valid'),
  wrong(
    'a port beyond 65535',
    withKeys({ host: 'git.corp.com:70000' }),
    'host',
    'must be a valid',
    {
      startOnly: because.url,
    },
  ),
  wrong(
    'a user name in host',
    withKeys({ host: 'me@git.corp.com' }),
    'host',
    'is not valid: it must not contain a user name',
  ),
  wrong('Bitbucket Cloud', withKeys({ host: 'bitbucket.org' }), 'host', 'is Bitbucket Cloud'),
  wrong(
    'Bitbucket Cloud in capitals',
    withKeys({ host: 'Bitbucket.ORG/team' }),
    'host',
    'is Bitbucket Cloud',
  ),
  wrong(
    'Bitbucket Cloud, percent-encoded',
    withKeys({ host: '%62itbucket.org' }),
    'host',
    'is Bitbucket Cloud',
    {
      startOnly: because.url,
    },
  ),
  wrong(
    'the API of Bitbucket Cloud',
    { ...withoutHost, baseUrl: 'https://api.bitbucket.org./2.0' },
    'baseUrl',
    'is Bitbucket Cloud',
  ),
  wrong(
    'a baseUrl without a scheme',
    { ...withoutHost, baseUrl: 'git.corp.com' },
    'baseUrl',
    'must be a valid address',
  ),
  wrong(
    'another scheme',
    { ...withoutHost, baseUrl: 'ftp://git.corp.com' },
    'baseUrl',
    'must start with https://',
  ),
  wrong(
    'a password in baseUrl',
    { ...withoutHost, baseUrl: 'https://me:planted-pw@git.corp.com' },
    'baseUrl',
    'is not valid',
  ),
  wrong(
    'a query in baseUrl',
    { ...withoutHost, baseUrl: 'https://git.corp.com?a' },
    'baseUrl',
    'must not have a query',
  ),
  wrong(
    'http elsewhere',
    { ...withoutHost, baseUrl: 'http://git.corp.com' },
    'baseUrl',
    'must start with https://, because',
    {
      check: [/must match pattern .*production\/baseUrl$/, /must match "else" schema/],
    },
  ),
  wrong(
    'http to a name that begins like loopback',
    { ...withoutHost, baseUrl: 'http://127.0.0.1.evil.example' },
    'baseUrl',
    'must start with https://, because',
  ),
  wrong(
    'http to a host elsewhere',
    withKeys({ dangerouslyAllowHttp: true }),
    'dangerouslyAllowHttp',
    'does not apply to a "host" that is not loopback',
  ),
  wrong(
    'a boolean as a string',
    withKeys({ dangerouslyAllowHttp: 'true' }),
    'dangerouslyAllowHttp',
    'must be true or false, got "true"',
    { check: [/true or false, without quotes/] },
  ),
  wrong(
    '1 for true',
    withKeys({ dangerouslyAllowHttp: 1 }),
    'dangerouslyAllowHttp',
    'must be true or false, got 1',
  ),
];

const link = [
  row(
    'a secret with a line break at its end',
    withKeys({ clientSecret: 'planted-client-secret\n' }),
  ),
  row('a short secret', withKeys({ clientSecret: 'planted-15-char' }), {
    warnings: [`"${path}.clientSecret" has fewer than 16 characters`],
  }),
  row('a redirect URL', withKeys({ callbackUrl: 'https://backstage.corp.com/api/auth/x' })),
  row('an http redirect URL on loopback', withKeys({ callbackUrl: 'http://localhost:7007/cb' })),
  row('an http redirect URL', withKeys({ callbackUrl: 'http://backstage.corp.com/cb' }), {
    warnings: [`"${path}.callbackUrl" is http`],
  }),
  row('one more scope', withKeys({ additionalScopes: 'REPO_READ' })),
  row('more scopes', withKeys({ additionalScopes: ['REPO_READ', 'REPO_WRITE'] })),
  row('a lifetime of sessions', withKeys({ sessionDuration: { days: 30 } })),
  row('an ISO time-out', withKeys({ timeout: 'PT1M30S' })),
  row('the longest time-out', withKeys({ timeout: '5 minutes' })),
  row('no memory of users', withKeys({ profileCacheTtl: '0s' })),
  wrong(
    'no client id',
    { clientSecret: 'planted-client-secret', host: 'git.corp.com' },
    'clientId',
    'is missing in',
  ),
  wrong(
    'no client secret',
    { clientId: 'the-client', host: 'git.corp.com' },
    'clientSecret',
    "is missing in 'app-config.yaml', or the environment variable in it is not set",
    { check: [/must have required property 'clientSecret'/] },
  ),
  wrong(
    'an empty client secret',
    withKeys({ clientSecret: '' }),
    'clientSecret',
    'must be a non-empty string',
    {
      check: [/must match pattern "\\S" .*clientSecret$/],
    },
  ),
  wrong(
    'a client secret of white space',
    withKeys({ clientSecret: ' \n' }),
    'clientSecret',
    'must be a non-empty string',
  ),
  wrong(
    'an empty client id',
    withKeys({ clientId: '' }),
    'clientId',
    'must be a non-empty string, got ""',
  ),
  wrong(
    'a client id that is a number',
    withKeys({ clientId: 4711 }),
    'clientId',
    'must be a string, got 4711',
    {
      startOnly: because.coerced,
    },
  ),
  wrong(
    'a client secret that is a number',
    withKeys({ clientSecret: 20261125 }),
    'clientSecret',
    'must be a string, got a value of type number',
    {
      startOnly: because.coerced,
    },
  ),
  wrong(
    'a list of client secrets',
    withKeys({ clientSecret: ['planted-client-secret'] }),
    'clientSecret',
    'must be a string, got a list',
  ),
  wrong(
    'a misspelt key',
    withKeys({ clientSekret: 'x' }),
    'clientSekret',
    'is not a known option; expected one of: clientId, clientSecret, host',
    {
      check: [/must NOT have additional properties { additionalProperty=clientSekret }/],
    },
  ),
  wrong(
    'a redirect URL that is a path',
    withKeys({ callbackUrl: '/cb' }),
    'callbackUrl',
    'must be an absolute URL, got "/cb"',
  ),
  wrong(
    'a scope that is empty',
    withKeys({ additionalScopes: [''] }),
    'additionalScopes[0]',
    'must be a non-empty string',
  ),
  wrong(
    'scopes that are an object',
    withKeys({ additionalScopes: {} }),
    'additionalScopes',
    'must be a string or a list, got an object',
  ),
  wrong(
    'a time-out without a unit',
    withKeys({ timeout: '10' }),
    'timeout',
    'must be a duration such as "10s", "PT10S" or { seconds: 10 }, got "10"',
    {
      check: [/must match pattern .*\/timeout$/],
    },
  ),
  wrong(
    'a time-out that is a number',
    withKeys({ timeout: 10 }),
    'timeout',
    'must be a duration such as "10s", "PT10S" or { seconds: 10 }, got 10',
  ),
  wrong(
    'a time-out that is a word',
    withKeys({ timeout: 'soon' }),
    'timeout',
    'must be a duration',
  ),
  wrong('a negative time-out', withKeys({ timeout: '-1s' }), 'timeout', 'must be a duration'),
  wrong(
    'a misspelt unit',
    withKeys({ timeout: { second: 1 } }),
    'timeout.second',
    'is not a known option; expected one of: years, months',
    {
      check: [/additionalProperty=second/],
    },
  ),
  wrong(
    'a number as a string in a duration',
    withKeys({ timeout: { seconds: '1' } }),
    'timeout.seconds',
    'must be a number, got "1"',
  ),
  wrong(
    'a negative part of a duration',
    withKeys({ timeout: { minutes: 1, seconds: -1 } }),
    'timeout.seconds',
    'must not be negative, got -1',
  ),
  wrong('an empty duration', withKeys({ timeout: {} }), 'timeout', 'must be a duration', {
    startOnly: because.range,
  }),
  wrong(
    'no time at all',
    withKeys({ timeout: '0s' }),
    'timeout',
    'must be from 1 ms to 5 minutes, got 0 ms',
    {
      startOnly: because.range,
    },
  ),
  wrong(
    'a time-out that a timer cannot hold',
    withKeys({ timeout: { days: 30 } }),
    'timeout',
    'must be from 1 ms to 5 minutes, got 30 days',
    {
      startOnly: because.range,
    },
  ),
  wrong(
    'sessions for ever',
    withKeys({ sessionDuration: '4 years' }),
    'sessionDuration',
    'must be from 1 ms to 1000 days',
    {
      startOnly: because.range,
    },
  ),
  wrong(
    'a long memory of users',
    withKeys({ profileCacheTtl: '1d' }),
    'profileCacheTtl',
    'must be from 0 ms to 1 hour, got 1 day',
    {
      startOnly: because.range,
    },
  ),
];

const signIn = [
  row(
    'a chain',
    withResolvers({ ...byId, onMissing: 'stop' }, { ...bySlug, namespaces: ['people', '*'] }),
  ),
  row('no resolver', withResolvers()),
  row(
    'an agreement',
    withResolvers({ resolver: 'agreement', of: [byId, bySlug], onAmbiguous: 'stop' }),
  ),
  row(
    'sign-in without a user in a namespace',
    withResolvers({
      ...bySlug,
      dangerouslyAllowSignInWithoutUserInCatalog: { namespace: 'guests' },
    }),
    { warnings: ['signs in people who are not in the catalog'] },
  ),
  row(
    'sign-in without a user, off',
    withResolvers({ ...bySlug, dangerouslyAllowSignInWithoutUserInCatalog: false }),
  ),
  wrong('signIn without resolvers', withKeys({ signIn: {} }), 'signIn.resolvers', 'is missing', {
    check: [/must have required property 'resolvers'/],
  }),
  wrong(
    'signIn that is a string',
    withKeys({ signIn: 'userId' }),
    'signIn',
    'must be an object, got a string',
  ),
  wrong(
    'a misspelt resolvers',
    withKeys({ signIn: { resolvers: [], resolver: 'x' } }),
    'signIn.resolver',
    'is not a known option; expected one of: resolvers',
  ),
  wrong(
    'resolvers that are an object',
    withKeys({ signIn: { resolvers: byId } }),
    'signIn.resolvers',
    'must be a list, got an object',
  ),
  wrong(
    'a resolver that is a string',
    withKeys({ signIn: { resolvers: ['x'] } }),
    'signIn.resolvers[0]',
    'must be an object with the key "resolver", got "x"',
  ),
  wrong(
    'a resolver without a name',
    withResolvers({ onMissing: 'next' }),
    'signIn.resolvers[0].resolver',
    'is missing; expected one of: emailMatching',
  ),
  wrong(
    'a misspelt resolver, with options',
    withResolvers({
      resolver: 'emailMatchingUserEntityProfile',
      allowedDomains: ['corp.com'],
      emailTrust: 'never',
      onMissing: 'stop',
    }),
    'signIn.resolvers[0].resolver',
    'must be one of: emailMatchingUserEntityProfileEmail, ',
    {
      check: [
        /must be equal to one of the allowed values { allowedValues=emailMatchingUserEntityProfileEmail,.*,agreement } at \S*\/signIn\/resolvers\/0\/resolver$/,
      ],
    },
  ),
  wrong(
    'a resolver of Object.prototype',
    withResolvers({ resolver: 'constructor' }),
    'signIn.resolvers[0].resolver',
    'must be one of: ',
  ),
  wrong(
    'a misspelt option',
    withResolvers({ ...byId, onMising: 'stop' }),
    'signIn.resolvers[0].onMising',
    'is not a known option; expected one of: namespaces, annotation, ',
    {
      check: [
        /must NOT have additional properties { additionalProperty=onMising } at \S*\/resolvers\/0$/,
      ],
    },
  ),
  wrong(
    'an option of another resolver',
    withResolvers({ ...bySlug, stripPlusTag: true }),
    'signIn.resolvers[0].stripPlusTag',
    'is not a known option',
    {
      check: [
        /boolean schema is false .*\/resolvers\/0\/stripPlusTag$/,
        /must match "then" schema/,
      ],
    },
  ),
  wrong(
    'a normalization of another resolver',
    withResolvers({ resolver: 'emailMatchingUserEntityName', normalize: 'none' }),
    'signIn.resolvers[0].normalize',
    'must be one of: ',
    { check: [/allowed values .*\/normalize$/, /then|else/, /then|else/] },
  ),
  wrong(
    'a policy that is not one',
    withResolvers({ ...byId, onMissing: 'skip' }),
    'signIn.resolvers[0].onMissing',
    'must be one of: "next", "stop", got "skip"',
    {
      check: [/allowedValues=next,stop } at \S*\/onMissing$/],
    },
  ),
  wrong(
    'a domain that is not in a list',
    withResolvers({ ...byTrustedEmail, emailTrust: 'always', allowedDomains: 'corp.com' }),
    'signIn.resolvers[0].allowedDomains',
    'must be a list, got "corp.com"',
  ),
  wrong(
    'no domains',
    withResolvers({ ...byTrustedEmail, emailTrust: 'always', allowedDomains: [] }),
    'signIn.resolvers[0].allowedDomains',
    'must have at least 1 entry, got a list',
  ),
  wrong(
    'a domain that is not one',
    withResolvers({ ...byTrustedEmail, emailTrust: 'always', allowedDomains: ['@corp.com'] }),
    'signIn.resolvers[0]',
    '(emailMatchingUserEntityProfileEmail) "@corp.com" is not a domain',
    {
      startOnly: because.rule,
    },
  ),
  wrong(
    'an annotation that is not a key',
    withResolvers({ ...byId, annotation: 'a b' }),
    'signIn.resolvers[0]',
    '(userIdMatchingUserEntityAnnotation) "a b" is ',
    {
      startOnly: because.rule,
    },
  ),
  wrong(
    'a string for sign-in without a user',
    withResolvers({ ...bySlug, dangerouslyAllowSignInWithoutUserInCatalog: 'true' }),
    'signIn.resolvers[0].dangerouslyAllowSignInWithoutUserInCatalog',
    'must be true or false or an object, got "true"',
  ),
  wrong(
    'a misspelt namespace',
    withResolvers({ ...bySlug, dangerouslyAllowSignInWithoutUserInCatalog: { nmespace: 'x' } }),
    'signIn.resolvers[0].dangerouslyAllowSignInWithoutUserInCatalog.nmespace',
    'is not a known option; expected one of: namespace',
  ),
  wrong(
    'an agreement of nothing',
    withResolvers({ resolver: 'agreement' }),
    'signIn.resolvers[0].of',
    'is missing',
    {
      check: [/must have required property 'of'/, /must match "then" schema/],
    },
  ),
  wrong(
    'an agreement of one',
    withResolvers({ resolver: 'agreement', of: [byId] }),
    'signIn.resolvers[0].of',
    'must have at least 2 entries',
  ),
  wrong(
    'an agreement in an agreement',
    withResolvers({
      resolver: 'agreement',
      of: [byId, { resolver: 'agreement', of: [byId, bySlug] }],
    }),
    'signIn.resolvers[0]',
    '(agreement) "of[1].resolver" must not be an agreement itself',
  ),
  wrong(
    'a policy in an agreement',
    withResolvers({ resolver: 'agreement', of: [byId, { ...bySlug, onMissing: 'stop' }] }),
    'signIn.resolvers[0]',
    '(agreement) "of[1].onMissing" is not a known option; expected one of: namespaces',
  ),
];

const sections = [
  row(
    'every transform',
    withTransforms(
      { transform: 'fromUser' },
      { transform: 'requireActiveUser' },
      { transform: 'emailFromUsername', domain: 'corp.com' },
      { transform: 'restrictEmailDomains', allowedDomains: ['corp.com'], onDenied: 'drop' },
      { transform: 'withoutEmail' },
    ),
  ),
  wrong(
    'a misspelt transform',
    withTransforms({ transform: 'noEmail' }),
    'profileTransforms[0].transform',
    'must be one of: fromUser, ',
    {
      check: [/allowedValues=fromUser,.*\/profileTransforms\/0\/transform$/],
    },
  ),
  wrong(
    'transforms that are not a list',
    withKeys({ profileTransforms: 'withoutEmail' }),
    'profileTransforms',
    'must be a list, got "withoutEmail"',
  ),
  wrong(
    'an option of another transform',
    withTransforms({ transform: 'withoutEmail', domain: 'x' }),
    'profileTransforms[0].domain',
    'is not a known option; no options are allowed here',
  ),
  wrong(
    'a transform without its domain',
    withTransforms({ transform: 'emailFromUsername' }),
    'profileTransforms[0].domain',
    'is missing',
    {
      check: [/must have required property 'domain'/, /then|else/, /then|else/],
    },
  ),
  wrong(
    'a transform without its domains',
    withTransforms({ transform: 'restrictEmailDomains' }),
    'profileTransforms[0].allowedDomains',
    'is missing',
  ),
  wrong(
    'a transform with a domain that is not one',
    withTransforms({ transform: 'emailFromUsername', domain: '@' }),
    'profileTransforms[0]',
    'is not valid: "@" is not a domain',
    {
      startOnly: because.rule,
    },
  ),
  row(
    'every key of userLookup',
    withLookup({
      ttl: '24h',
      notFoundTtl: { seconds: 5 },
      staleIfError: '1 day',
      timeout: '1s',
      maxEntries: 5,
      maxValuesPerRequest: 50,
      maxRefsPerRequest: 500,
      fields: 'identity',
    }),
  ),
  row(
    'no memory of answers',
    withLookup({ ttl: '0s', notFoundTtl: { milliseconds: 0 }, staleIfError: '0 seconds' }),
  ),
  wrong(
    'a misspelt key of userLookup',
    withLookup({ tll: '1s' }),
    'userLookup.tll',
    'is not a known option; expected one of: ttl, notFoundTtl',
  ),
  wrong(
    'a cache of replicas',
    withLookup({ shared: true }),
    'userLookup.shared',
    'is not a known option',
  ),
  wrong(
    'answers for more than a day',
    withLookup({ ttl: '25 hours' }),
    'userLookup.ttl',
    'must be from 0 ms to 1 day, got 25 hours',
    {
      startOnly: because.range,
    },
  ),
  wrong(
    'a bridge of more than a day',
    withLookup({ staleIfError: { days: 2 } }),
    'userLookup.staleIfError',
    'must be from 0 ms to 1 day, got 2 days',
    {
      startOnly: because.range,
    },
  ),
  wrong(
    'no entries',
    withLookup({ maxEntries: 0 }),
    'userLookup.maxEntries',
    'must be a whole number from 1 to 1000000, got 0',
  ),
  wrong(
    'half an entry',
    withLookup({ maxEntries: 1.5 }),
    'userLookup.maxEntries',
    'must be a whole number from 1 to 1000000, got 1.5',
  ),
  wrong(
    'more entries than memory holds',
    withLookup({ maxEntries: 1e9 }),
    'userLookup.maxEntries',
    'must be a whole number',
  ),
  wrong(
    'a number as a string',
    withLookup({ maxEntries: '5' }),
    'userLookup.maxEntries',
    'must be a number, got "5"',
    {
      check: [/a number, without quotes/],
    },
  ),
  wrong(
    'more names than one request takes',
    withLookup({ maxRefsPerRequest: 1_001 }),
    'userLookup.maxRefsPerRequest',
    'must be a whole number from 1 to 1000',
  ),
  wrong(
    'fields that are not known',
    withLookup({ fields: 'some' }),
    'userLookup.fields',
    'must be one of: "all", "identity", got "some"',
  ),
  wrong(
    'userLookup that is true',
    withKeys({ userLookup: true }),
    'userLookup',
    'must be an object, got true',
  ),
  row('a directory that is asked', { ...withResolvers(byTrustedEmail), directory }),
  row('a directory with a password', {
    ...withResolvers(byTrustedEmail),
    directory: {
      username: 'robot',
      password: 'planted-pw',
      ttl: '1h',
      trustedDirectories: ['LDAP'],
    },
  }),
  row(
    'trust in the internal directory',
    {
      ...withResolvers(byTrustedEmail),
      directory: { ...directory, trustedDirectories: ['bitbucket internal directory'] },
    },
    { warnings: [`"${path}.directory.trustedDirectories" trusts "Bitbucket Internal Directory"`] },
  ),
  row('a directory that nobody asks', withKeys({ directory }), { warnings: ['is not used'] }),
  wrong(
    'no directory that could be asked',
    withResolvers(byId, byTrustedEmail),
    'directory',
    'is missing: a resolver has',
    {
      check: [/must have required property 'directory'/, /must match "then" schema/],
    },
  ),
  wrong(
    'no directory for a part of an agreement',
    withResolvers({ resolver: 'agreement', of: [byId, byTrustedEmail] }),
    'directory',
    'is missing: a resolver has',
  ),
  wrong(
    'an empty directory',
    withKeys({ directory: {} }),
    'directory',
    'must contain a credential',
  ),
  wrong(
    'a directory that is the token',
    withKeys({ directory: 'planted-token' }),
    'directory',
    'must be an object, got a string',
  ),
  wrong(
    'an empty token',
    withKeys({ directory: { token: ' ' } }),
    'directory.token',
    'must be one line of printable ASCII, got a string',
  ),
  wrong(
    'a token of two lines',
    withKeys({ directory: { token: 'planted\ntoken' } }),
    'directory.token',
    'must be one line',
  ),
  wrong(
    'a token beside a password',
    withKeys({ directory: { ...directory, password: 'planted-pw' } }),
    'directory.password',
    'must not be set together with "token"',
  ),
  wrong(
    'a token beside a username and password',
    withKeys({ directory: { ...directory, username: 'robot', password: 'planted-pw' } }),
    'directory.username',
    'must not be set together with "token"',
  ),
  wrong(
    'no password',
    withKeys({ directory: { username: 'robot' } }),
    'directory.password',
    'is missing',
  ),
  wrong(
    'no username',
    withKeys({ directory: { password: 'planted-pw' } }),
    'directory.username',
    'is missing',
  ),
  wrong(
    'a username with a colon',
    withKeys({ directory: { username: 'a:b', password: 'planted-pw' } }),
    'directory.username',
    'must be a non-empty string without a colon, got "a:b"',
  ),
  wrong(
    'one directory that is not in a list',
    withKeys({ directory: { ...directory, trustedDirectories: 'LDAP' } }),
    'directory.trustedDirectories',
    'must be a list, got "LDAP"',
  ),
  wrong(
    'a directory answer for hours',
    withKeys({ directory: { ...directory, ttl: '2h' } }),
    'directory.ttl',
    'must be from 0 ms to 1 hour, got 2 hours',
    {
      startOnly: because.range,
    },
  ),
  row(
    'parent groups within limits',
    withKeys({ ownership: { transitiveGroups: true, maxRefs: 100, maxDepth: 3 } }),
  ),
  wrong(
    'a string for parent groups',
    withKeys({ ownership: { transitiveGroups: 'yes' } }),
    'ownership.transitiveGroups',
    'must be true or false, got "yes"',
  ),
  wrong(
    'a misspelt key of ownership',
    withKeys({ ownership: { transitive: true } }),
    'ownership.transitive',
    'is not a known option; expected one of: transitiveGroups, maxRefs, maxDepth',
  ),
  wrong(
    'no depth',
    withKeys({ ownership: { maxDepth: 0 } }),
    'ownership.maxDepth',
    'must be a whole number from 1 to 100, got 0',
  ),
  wrong(
    'too many refs',
    withKeys({ ownership: { maxRefs: 10_001 } }),
    'ownership.maxRefs',
    'must be a whole number from 1 to 10000',
  ),
];

/** Right and wrong configurations, for all that judges them. */
export const configurations: readonly Configuration[] = [
  ...addresses,
  ...link,
  ...signIn,
  ...sections,
];
