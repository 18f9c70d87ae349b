import type { SignInErrorCode } from '../../../src/errors';
import type { FaultName } from './faults';

/** What a browser gets: a session, or the refusal with this code. */
export type Outcome = 'signed in' | SignInErrorCode;

/** The fixed sentences that people see, written out so that a change of one is seen here. */
export const publicTexts: Partial<Record<SignInErrorCode, string>> = {
  AUTHORIZATION_FAILED:
    'Bitbucket Server refused the sign-in request of Backstage. Please tell your Backstage administrators.',
  BITBUCKET_NOT_FOUND:
    'Backstage did not find Bitbucket Server at its configured address. Please tell your Backstage administrators.',
  BITBUCKET_RATE_LIMITED:
    'Bitbucket Server is limiting requests at the moment. Please try again in a few minutes.',
  BITBUCKET_REDIRECTED:
    'Bitbucket Server sent Backstage to another page instead of answering. Please tell your Backstage administrators.',
  BITBUCKET_REFUSED:
    'Bitbucket Server did not let Backstage read who you are. Please tell your Backstage administrators.',
  BITBUCKET_RESPONSE_INVALID:
    'Bitbucket Server gave an answer that Backstage does not understand. Please tell your Backstage administrators.',
  BITBUCKET_RESPONSE_TOO_LARGE:
    'Bitbucket Server gave an answer that is too large. Please tell your Backstage administrators.',
  BITBUCKET_TIMEOUT: 'Bitbucket Server took too long to answer. Please try again later.',
  BITBUCKET_UNAVAILABLE: 'Bitbucket Server has a problem at the moment. Please try again later.',
  BITBUCKET_UNREACHABLE:
    'Backstage cannot reach Bitbucket Server at the moment. Please try again later.',
  CLIENT_REJECTED:
    'Bitbucket Server does not accept the client id or secret of this Backstage. Please tell your Backstage administrators.',
  SESSION_ENDED: 'Your Bitbucket Server session has ended. Please sign in again.',
  TOKEN_RESPONSE_INVALID:
    'Bitbucket Server gave an answer to the sign-in that Backstage does not understand. Please tell your Backstage administrators.',
};

const everywhere = {
  '404': 'BITBUCKET_NOT_FOUND',
  '429': 'BITBUCKET_RATE_LIMITED',
  '500': 'BITBUCKET_UNAVAILABLE',
  '503': 'BITBUCKET_UNAVAILABLE',
  'HTML page': 'BITBUCKET_RESPONSE_INVALID',
  'cut JSON': 'BITBUCKET_RESPONSE_INVALID',
  '10 MB body': 'BITBUCKET_RESPONSE_TOO_LARGE',
  'slow headers': 'BITBUCKET_TIMEOUT',
  'slow body': 'BITBUCKET_TIMEOUT',
  'connection reset': 'BITBUCKET_UNREACHABLE',
  '302 to login': 'BITBUCKET_REDIRECTED',
} as const satisfies Partial<Record<FaultName, Outcome>>;

/** At the token endpoint, for a code and for a refresh token. */
export const atTokens: Record<FaultName, Outcome> = {
  ...everywhere,
  '401': 'CLIENT_REJECTED',
  '403': 'AUTHORIZATION_FAILED',
  'wrong JSON': 'TOKEN_RESPONSE_INVALID',
};

/** Where only the headers count, so that any JSON does. */
export const atWhoAmI: Record<FaultName, Outcome> = {
  ...everywhere,
  '401': 'BITBUCKET_REFUSED',
  '403': 'BITBUCKET_REFUSED',
  'wrong JSON': 'signed in',
};

/** At both pages of the list of users. */
export const atUsers: Record<FaultName, Outcome> = {
  ...everywhere,
  '401': 'BITBUCKET_REFUSED',
  '403': 'BITBUCKET_REFUSED',
  'wrong JSON': 'BITBUCKET_RESPONSE_INVALID',
};

/** The same for a session whose user is known: all but a plain no is bridged. */
export const withRecentUser: Record<FaultName, Outcome> = {
  ...(Object.fromEntries(Object.keys(atUsers).map(fault => [fault, 'signed in'])) as Record<
    FaultName,
    Outcome
  >),
  '401': 'BITBUCKET_REFUSED',
  '403': 'BITBUCKET_REFUSED',
};

/**
 * Where Bitbucket has ended the old tokens and the new ones have not arrived whole: nobody can save
 * that session.
 */
export const lostExchange: ReadonlySet<FaultName> = new Set(['cut JSON', '10 MB body']);
