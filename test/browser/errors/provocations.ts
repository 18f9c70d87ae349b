import type { Page } from 'playwright-core';
import type { BitbucketSimulator, Fault, RouteName } from '../../../demo/bitbucket';
import type { SignInErrorCode } from '../../../src/errors';

/** How a person comes to meet an error. */
export interface Provocation {
  /** Default: ada. */
  readonly username?: string;
  /** Environment of the config. Default: `development`, which is the strict sample of the demo. */
  readonly env?: 'emailOnly' | 'taken' | 'hasty';
  /** What Bitbucket does wrong meanwhile. */
  readonly faults?: readonly (readonly [RouteName, Fault])[];
  /** What the catalog does not answer meanwhile, by the request's path or body. */
  readonly catalogRefuses?: RegExp;
  readonly decision?: 'Deny';
  /** Default: `PUBLIC_REPOS`. */
  readonly scope?: string;
  /** Bitbucket comes back before it asks anybody. */
  readonly withoutConsent?: true;
  /** Happens while the person looks at Bitbucket's page. */
  readonly onConsent?: (consent: Page) => Promise<unknown>;
}

const at = (route: RouteName, fault: Fault): Provocation => ({ faults: [[route, fault]] });
const noUsers = { size: 0, limit: 500, start: 0, isLastPage: true, values: [] };

/** Every code that a page can show. */
export const provocations: Partial<Record<SignInErrorCode, Provocation>> = {
  AUTHORIZATION_DENIED: { decision: 'Deny' },
  AUTHORIZATION_SCOPE_INVALID: { scope: 'PROJECT_ADMIN', withoutConsent: true },
  AUTHORIZATION_FAILED: at('token', { status: 403 }),
  AUTHORIZATION_STATE_INVALID: { onConsent: consent => consent.context().clearCookies() },
  AUTHORIZATION_CODE_REJECTED: at('token', { status: 400, json: { error: 'invalid_grant' } }),
  CLIENT_REJECTED: at('token', { status: 401 }),
  TOKEN_RESPONSE_INVALID: at('token', { json: { unexpected: true } }),
  BITBUCKET_UNREACHABLE: at('token', { reset: true }),
  BITBUCKET_TIMEOUT: { env: 'hasty', ...at('token', { hold: new Promise(() => undefined) }) },
  BITBUCKET_UNAVAILABLE: at('token', { status: 500 }),
  BITBUCKET_RATE_LIMITED: at('token', { status: 429 }),
  BITBUCKET_REFUSED: at('whoami', { status: 401 }),
  BITBUCKET_NOT_FOUND: at('token', { status: 404 }),
  BITBUCKET_REDIRECTED: at('token', { redirectToLogin: true }),
  BITBUCKET_RESPONSE_INVALID: at('token', { html: true }),
  BITBUCKET_RESPONSE_TOO_LARGE: at('whoami', { bytes: 2 * 1024 * 1024 }),
  NOT_SIGNED_IN: at('whoami', { withoutIdentityHeaders: true }),
  USER_NOT_READABLE: {
    faults: [
      ['user', { status: 404 }],
      ['users', { json: noUsers }],
    ],
  },
  USER_ID_MISMATCH: at('whoami', { headers: { 'X-AUSERID': '999' } }),
  USER_PAYLOAD_INVALID: { username: 'slugless' },
  USER_INACTIVE: { username: 'ingrid' },
  USER_IS_SERVICE_ACCOUNT: { username: 'svc-deploy' },
  EMAIL_DOMAIN_NOT_ALLOWED: { username: 'grace.hopper' },
  EMAIL_NOT_TRUSTED: { username: 'eve' },
  ATTRIBUTE_MISSING: { username: 'linus', env: 'emailOnly' },
  NO_MATCHING_USER: { username: 'newcomer' },
  MULTIPLE_MATCHING_USERS: { username: 'sam' },
  ATTRIBUTES_DISAGREE: { username: 'mallory' },
  ENTITY_OF_ANOTHER_ACCOUNT: { username: 'impostor', env: 'emailOnly' },
  USER_REF_TAKEN: { username: 'lise', env: 'taken' },
  CATALOG_UNAVAILABLE: { username: 'radia', catalogRefuses: /./ },
  // The person is found, and then the parents of the groups are not.
  TOKEN_NOT_ISSUED: { username: 'fran', catalogRefuses: /group:/ },
};

/** A person whom no sign-in can read, and one who has the email address of another account. */
export function addPeople(bitbucket: BitbucketSimulator): void {
  const slugless = { id: 3001, name: 'slugless', displayName: 'No Slug', active: true };
  bitbucket.addPerson({ user: { ...slugless, type: 'NORMAL' } });
  // That of an entity which names the account it belongs to.
  const emailAddress = 'mallory@corp.example';
  const impostor = { id: 3002, name: 'impostor', slug: 'impostor', displayName: 'Impostor' };
  bitbucket.addPerson({ user: { ...impostor, emailAddress, active: true, type: 'NORMAL' } });
}

/** Codes that no page can show, with the reason and the test that has them instead. */
export const elsewhere: Partial<
  Record<SignInErrorCode, { readonly because: string; readonly test: string }>
> = {
  CONFIG_INVALID: {
    because: 'the backend does not start, so that there is no page',
    test: 'test/authenticator/readAuthenticatorConfig.test.ts',
  },
  BITBUCKET_BUSY: {
    because: 'it takes a hundred sign-ins under way to meet it',
    test: 'test/attack/floodsTheTokenEndpoint.test.ts',
  },
  SESSION_ENDED: {
    because: 'it answers a refresh, upon which the page offers to sign in without showing a text',
    test: 'test/authenticator/refresh.test.ts',
  },
  REQUEST_ABORTED: {
    because: 'the page that would show it has gone',
    test: 'test/http/createBitbucketHttp.network.test.ts',
  },
  PROFILE_TRANSFORM_FAILED: {
    because: 'no transform of a config throws anything else than a refusal, only own code does',
    test: 'test/transforms/composeProfileTransforms.test.ts',
  },
  MATCHER_FAILED: {
    because: 'no matcher of a config fails, only own code does',
    test: 'test/resolvers/chain/evaluate.test.ts',
  },
};
