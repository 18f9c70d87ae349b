/**
 * Names that Backstage's error middleware and its sign-in reader understand.
 *
 * @see https://backstage.io/docs/plugins/backend-plugin#error-handling
 * @public
 */
export type SignInErrorName =
  | 'InputError'
  | 'NotFoundError'
  | 'ConflictError'
  | 'NotAllowedError'
  | 'AuthenticationError'
  | 'ServiceUnavailableError';

/**
 * Who has to act for the sign-in to work: the person, the Backstage administrator, the
 * administrator of Bitbucket Server, or nobody (try again later).
 *
 * @public
 */
export type SignInErrorFault = 'person' | 'admin' | 'bitbucket' | 'network' | 'catalog';

interface CodeEntry {
  readonly name: SignInErrorName;
  readonly fault: SignInErrorFault;
  /** What the browser shows. A fixed sentence: no value of a payload is ever put into it. */
  readonly publicText: string;
}

/**
 * Every code, in the order of a sign-in. `docs/errors.md` has a section for each; a test compares them.
 *
 * @public
 */
export const signInErrorCodes = {
  CONFIG_INVALID: {
    name: 'InputError',
    fault: 'admin',
    publicText: 'Sign-in with Bitbucket Server is not configured correctly.',
  },
  AUTHORIZATION_DENIED: {
    name: 'NotAllowedError',
    fault: 'person',
    publicText:
      'You did not allow Backstage to sign you in with Bitbucket Server. Try again and choose "Allow".',
  },
  AUTHORIZATION_SCOPE_INVALID: {
    name: 'NotAllowedError',
    fault: 'admin',
    publicText:
      'Backstage asked Bitbucket Server for more permissions than its application link grants. Please tell your Backstage administrators.',
  },
  AUTHORIZATION_FAILED: {
    name: 'AuthenticationError',
    fault: 'admin',
    publicText:
      'Bitbucket Server rejected the sign-in request from Backstage. Please tell your Backstage administrators.',
  },
  AUTHORIZATION_STATE_INVALID: {
    name: 'NotAllowedError',
    fault: 'person',
    publicText: 'This sign-in attempt is no longer valid. Please start again.',
  },
  AUTHORIZATION_CODE_REJECTED: {
    name: 'AuthenticationError',
    fault: 'person',
    publicText:
      'Bitbucket Server no longer accepts this sign-in attempt: it took too long or was already used. Please start again.',
  },
  CLIENT_REJECTED: {
    name: 'AuthenticationError',
    fault: 'admin',
    publicText:
      "Bitbucket Server does not accept Backstage's client id or secret. Please tell your Backstage administrators.",
  },
  SESSION_ENDED: {
    name: 'AuthenticationError',
    fault: 'person',
    publicText: 'Your Bitbucket Server session has ended. Please sign in again.',
  },
  TOKEN_RESPONSE_INVALID: {
    name: 'ServiceUnavailableError',
    fault: 'bitbucket',
    publicText:
      "Backstage could not read Bitbucket Server's response to the sign-in. Please tell your Backstage administrators.",
  },
  BITBUCKET_UNREACHABLE: {
    name: 'ServiceUnavailableError',
    fault: 'network',
    publicText: 'Backstage cannot reach Bitbucket Server at the moment. Please try again later.',
  },
  BITBUCKET_TIMEOUT: {
    name: 'ServiceUnavailableError',
    fault: 'network',
    publicText: 'Bitbucket Server took too long to answer. Please try again later.',
  },
  BITBUCKET_UNAVAILABLE: {
    name: 'ServiceUnavailableError',
    fault: 'bitbucket',
    publicText: 'Bitbucket Server is having problems at the moment. Please try again later.',
  },
  BITBUCKET_BUSY: {
    name: 'ServiceUnavailableError',
    fault: 'network',
    publicText:
      'Too many people are signing in with Bitbucket Server at the moment. Please try again in a minute.',
  },
  BITBUCKET_RATE_LIMITED: {
    name: 'ServiceUnavailableError',
    fault: 'bitbucket',
    publicText:
      'Bitbucket Server is getting too many requests at the moment. Please try again in a few minutes.',
  },
  BITBUCKET_REFUSED: {
    name: 'AuthenticationError',
    fault: 'admin',
    publicText:
      'Bitbucket Server did not let Backstage read who you are. Please tell your Backstage administrators.',
  },
  BITBUCKET_NOT_FOUND: {
    name: 'ServiceUnavailableError',
    fault: 'admin',
    publicText:
      'Backstage could not find Bitbucket Server at the configured address. Please tell your Backstage administrators.',
  },
  BITBUCKET_REDIRECTED: {
    name: 'ServiceUnavailableError',
    fault: 'admin',
    publicText:
      'Bitbucket Server redirected Backstage to another address instead of answering. Please tell your Backstage administrators.',
  },
  BITBUCKET_RESPONSE_INVALID: {
    name: 'ServiceUnavailableError',
    fault: 'bitbucket',
    publicText:
      'Backstage could not read a response from Bitbucket Server. Please tell your Backstage administrators.',
  },
  BITBUCKET_RESPONSE_TOO_LARGE: {
    name: 'ServiceUnavailableError',
    fault: 'bitbucket',
    publicText:
      'A response from Bitbucket Server was too large. Please tell your Backstage administrators.',
  },
  REQUEST_ABORTED: {
    name: 'ServiceUnavailableError',
    fault: 'person',
    publicText: 'The sign-in was cancelled because the browser closed the connection.',
  },
  NOT_SIGNED_IN: {
    name: 'AuthenticationError',
    fault: 'bitbucket',
    publicText: 'Bitbucket Server did not confirm who you are. Please sign in again.',
  },
  USER_NOT_READABLE: {
    name: 'AuthenticationError',
    fault: 'bitbucket',
    publicText:
      'Backstage could not find your user record in Bitbucket Server. Please tell your Backstage administrators.',
  },
  USER_ID_MISMATCH: {
    name: 'AuthenticationError',
    fault: 'bitbucket',
    publicText:
      'Bitbucket Server gave conflicting answers about who you are. Please sign in again.',
  },
  USER_PAYLOAD_INVALID: {
    name: 'AuthenticationError',
    fault: 'bitbucket',
    publicText:
      'Your Bitbucket Server user record is incomplete or invalid. Please tell your Backstage administrators.',
  },
  USER_INACTIVE: {
    name: 'NotAllowedError',
    fault: 'person',
    publicText:
      'Your Bitbucket Server account is deactivated, so you cannot sign in to Backstage with it. If it should be active, please ask a Bitbucket Server administrator to activate it.',
  },
  USER_IS_SERVICE_ACCOUNT: {
    name: 'NotAllowedError',
    fault: 'person',
    publicText:
      'Bitbucket Server service accounts cannot sign in to Backstage. Please sign in with your own account.',
  },
  EMAIL_DOMAIN_NOT_ALLOWED: {
    name: 'NotAllowedError',
    fault: 'person',
    publicText:
      'The email address of your Bitbucket Server account is in a domain that is not allowed to sign in here. Please correct the address in Bitbucket Server, or tell your Backstage administrators.',
  },
  EMAIL_NOT_TRUSTED: {
    name: 'NotAllowedError',
    fault: 'admin',
    publicText:
      'The email address of your Bitbucket Server account cannot be used to sign in here. Please tell your Backstage administrators.',
  },
  PROFILE_TRANSFORM_FAILED: {
    name: 'ServiceUnavailableError',
    fault: 'admin',
    publicText:
      'Backstage could not read your Bitbucket Server profile. Please tell your Backstage administrators.',
  },
  ATTRIBUTE_MISSING: {
    name: 'NotFoundError',
    fault: 'admin',
    publicText:
      'Your Bitbucket Server account is missing the details that Backstage needs to find you. Please tell your Backstage administrators.',
  },
  NO_MATCHING_USER: {
    name: 'NotFoundError',
    fault: 'admin',
    publicText:
      'You are signed in to Bitbucket Server, but Backstage does not know you yet. Please ask your Backstage administrators to add you.',
  },
  MULTIPLE_MATCHING_USERS: {
    name: 'ConflictError',
    fault: 'admin',
    publicText:
      'More than one Backstage user matches your account, so you were not signed in. Please tell your Backstage administrators.',
  },
  ATTRIBUTES_DISAGREE: {
    name: 'ConflictError',
    fault: 'admin',
    publicText:
      'Your Bitbucket Server account details match different people in Backstage, so you were not signed in. Please tell your Backstage administrators.',
  },
  ENTITY_OF_ANOTHER_ACCOUNT: {
    name: 'ConflictError',
    fault: 'admin',
    publicText:
      'The Backstage user that matches you belongs to another Bitbucket Server account, so you were not signed in. Please tell your Backstage administrators.',
  },
  USER_REF_TAKEN: {
    name: 'ConflictError',
    fault: 'admin',
    publicText:
      'The name you would get in Backstage already belongs to someone else, so you were not signed in. Please tell your Backstage administrators.',
  },
  MATCHER_FAILED: {
    name: 'ServiceUnavailableError',
    fault: 'admin',
    publicText: 'A sign-in rule of Backstage failed. Please tell your Backstage administrators.',
  },
  CATALOG_UNAVAILABLE: {
    name: 'ServiceUnavailableError',
    fault: 'catalog',
    publicText: 'Backstage cannot look you up at the moment. Please try again later.',
  },
  TOKEN_NOT_ISSUED: {
    name: 'ServiceUnavailableError',
    fault: 'catalog',
    publicText: 'Backstage found you but could not create your session. Please try again later.',
  },
} as const satisfies Record<string, CodeEntry>;

/**
 * Stable identifier of a refusal.
 *
 * @public
 */
export type SignInErrorCode = keyof typeof signInErrorCodes;
