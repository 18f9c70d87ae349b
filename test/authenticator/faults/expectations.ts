import type { SignInErrorCode } from '../../../src/errors';
import type { CommonFaultName, FaultName, ListFaultName, TokenFaultName } from './faults';

/** What a browser gets: a session, or the refusal with this code. */
export type Outcome = 'signed in' | SignInErrorCode;

/** The fixed sentences that people see, written out so that a change of one is seen here. */
export const publicTexts: Partial<Record<SignInErrorCode, string>> = {
  AUTHORIZATION_FAILED:
    'Bitbucket Server rejected the sign-in request from Backstage. Please tell your Backstage administrators.',
  BITBUCKET_NOT_FOUND:
    'Backstage could not find Bitbucket Server at the configured address. Please tell your Backstage administrators.',
  BITBUCKET_RATE_LIMITED:
    'Bitbucket Server is getting too many requests at the moment. Please try again in a few minutes.',
  BITBUCKET_REDIRECTED:
    'Bitbucket Server redirected Backstage to another address instead of answering. Please tell your Backstage administrators.',
  BITBUCKET_REFUSED:
    'Bitbucket Server did not let Backstage read who you are. Please tell your Backstage administrators.',
  BITBUCKET_RESPONSE_INVALID:
    'Backstage could not read a response from Bitbucket Server. Please tell your Backstage administrators.',
  BITBUCKET_RESPONSE_TOO_LARGE:
    'A response from Bitbucket Server was too large. Please tell your Backstage administrators.',
  BITBUCKET_TIMEOUT: 'Bitbucket Server took too long to answer. Please try again later.',
  BITBUCKET_UNAVAILABLE:
    'Bitbucket Server is having problems at the moment. Please try again later.',
  BITBUCKET_UNREACHABLE:
    'Backstage cannot reach Bitbucket Server at the moment. Please try again later.',
  CLIENT_REJECTED:
    "Bitbucket Server does not accept Backstage's client id or secret. Please tell your Backstage administrators.",
  SESSION_ENDED: 'Your Bitbucket Server session has ended. Please sign in again.',
  TOKEN_RESPONSE_INVALID:
    "Backstage could not read Bitbucket Server's response to the sign-in. Please tell your Backstage administrators.",
  USER_NOT_READABLE:
    'Backstage could not find your user record in Bitbucket Server. Please tell your Backstage administrators.',
  USER_PAYLOAD_INVALID:
    'Your Bitbucket Server user record is incomplete or invalid. Please tell your Backstage administrators.',
};

/** What is expected of the faults that can be at a call. */
export type Expectations = Readonly<Partial<Record<FaultName, Outcome>>>;

const everywhere = {
  '404': 'BITBUCKET_NOT_FOUND',
  '408': 'BITBUCKET_UNAVAILABLE',
  '425': 'BITBUCKET_UNAVAILABLE',
  '429': 'BITBUCKET_RATE_LIMITED',
  '500': 'BITBUCKET_UNAVAILABLE',
  '502': 'BITBUCKET_UNAVAILABLE',
  '503': 'BITBUCKET_UNAVAILABLE',
  '507': 'BITBUCKET_UNAVAILABLE',
  'maintenance page': 'BITBUCKET_UNAVAILABLE',
  'HTML page': 'BITBUCKET_RESPONSE_INVALID',
  'cut JSON': 'BITBUCKET_RESPONSE_INVALID',
  '10 MB body': 'BITBUCKET_RESPONSE_TOO_LARGE',
  'slow headers': 'BITBUCKET_TIMEOUT',
  'slow body': 'BITBUCKET_TIMEOUT',
  'connection reset': 'BITBUCKET_UNREACHABLE',
  'reset half-way': 'BITBUCKET_UNREACHABLE',
  'broken gzip': 'BITBUCKET_RESPONSE_INVALID',
  '302 to login': 'BITBUCKET_REDIRECTED',
  'reset after body': 'signed in',
  'length too long': 'signed in',
  'body in pieces': 'signed in',
} as const satisfies Partial<Record<CommonFaultName, Outcome>>;

/** At the token endpoint, for a code and for a refresh token. */
export const atTokens: Record<CommonFaultName | TokenFaultName, Outcome> = {
  ...everywhere,
  '401': 'CLIENT_REJECTED',
  '403': 'AUTHORIZATION_FAILED',
  '418': 'BITBUCKET_UNAVAILABLE',
  'wrong JSON': 'TOKEN_RESPONSE_INVALID',
  'wrong content type': 'signed in',
  'no expires_in': 'signed in',
  'odd expires_in': 'signed in',
  'odd scope': 'signed in',
  'empty scope': 'signed in',
  'no token_type': 'signed in',
  'odd token_type': 'signed in',
};

const atReads = {
  ...everywhere,
  '401': 'BITBUCKET_REFUSED',
  '403': 'BITBUCKET_REFUSED',
  '418': 'BITBUCKET_RESPONSE_INVALID',
  'wrong content type': 'BITBUCKET_RESPONSE_INVALID',
} as const satisfies Partial<Record<CommonFaultName, Outcome>>;

/** Where only the headers count, so that any JSON does. */
export const atWhoAmI: Record<CommonFaultName, Outcome> = {
  ...atReads,
  'wrong JSON': 'signed in',
};

/** At the user by slug: a slug that nobody has was a wrong guess, so the person is searched for. */
export const atUser: Record<CommonFaultName, Outcome> = {
  ...atReads,
  '404': 'signed in',
  'wrong JSON': 'USER_PAYLOAD_INVALID',
};

/** At the last page of a search for the user. */
export const atSearch: Record<CommonFaultName | ListFaultName, Outcome> = {
  ...atReads,
  'wrong JSON': 'BITBUCKET_RESPONSE_INVALID',
  'page loop': 'BITBUCKET_RESPONSE_INVALID',
  'empty list': 'USER_NOT_READABLE',
};

const outages: ReadonlySet<Outcome> = new Set([
  'BITBUCKET_UNREACHABLE',
  'BITBUCKET_TIMEOUT',
  'BITBUCKET_UNAVAILABLE',
  'BITBUCKET_RATE_LIMITED',
]);

/** The same for a session whose user was read lately: what says nothing about the person is bridged. */
export function withKnownUser(expected: Expectations): Expectations {
  return Object.fromEntries(
    Object.entries(expected).map(([fault, outcome]) => [
      fault,
      outages.has(outcome) ? 'signed in' : outcome,
    ]),
  );
}

/**
 * Where Bitbucket has ended the old tokens and the new ones cannot be read at all: nobody can save
 * that session.
 */
export const lostExchange: ReadonlySet<FaultName> = new Set([
  'cut JSON',
  '10 MB body',
  'reset half-way',
  'broken gzip',
]);

/** Whole servers that nobody can talk to, and what the log says to whoever has to repair it. */
export const unreachable = {
  'unknown name': /failed with ENOTFOUND|failed with EAI_AGAIN/,
  'closed port': /failed with ECONNREFUSED/,
  'not https': /failed with ERR_SSL_|failed with EPROTO/,
  'unknown authority': /failed with DEPTH_ZERO_SELF_SIGNED_CERT: .*NODE_EXTRA_CA_CERTS=<file>/,
  'expired certificate': /failed with CERT_HAS_EXPIRED: .*renew it/,
  'certificate of another host':
    /failed with ERR_TLS_CERT_ALTNAME_INVALID: .*for another host name/,
} as const;

export type UnreachableName = keyof typeof unreachable;
