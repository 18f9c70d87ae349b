import type { AuditorServiceCreateEventOptions } from '@backstage/backend-plugin-api';
import type { SessionEvent, SignInOutcomeEvent } from '../authenticator';
import { isSignInError, signInErrorCodes } from '../errors';
import type { SignInErrorCode } from '../errors';
import { toSubject } from '../profile';
import type { TracedDecision } from '../resolvers';

/** An event, with its error if it failed. */
export interface AuditEvent extends AuditorServiceCreateEventOptions {
  readonly error?: Error;
}

/** May be an attempt to sign in as somebody else. */
const suspicious: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'MULTIPLE_MATCHING_USERS',
  'ATTRIBUTES_DISAGREE',
  'ENTITY_OF_ANOTHER_ACCOUNT',
  'USER_REF_TAKEN',
]);

/** Happens every day and needs no action. */
const ordinary: ReadonlySet<SignInErrorCode> = new Set<SignInErrorCode>([
  'AUTHORIZATION_DENIED',
  'REQUEST_ABORTED',
  'SESSION_ENDED',
]);

/**
 * The event of a sign-in or a refresh. It identifies the person by entity ref and Bitbucket user id
 * only, and contains no name, no email and no other entity. The auditor puts the plugin id before
 * the event id.
 *
 * @see https://backstage.io/docs/backend-system/core-services/auditor
 */
export function signInAuditEvent(
  event: SignInOutcomeEvent,
  decision: TracedDecision | undefined,
): AuditEvent {
  const { operation, environment, request, result, error } = event;
  const refused = error !== undefined;
  const known = isSignInError(error) ? error : undefined;
  let severityLevel = known ? refusalSeverity(known.code) : 'medium';
  // A person who is not in the catalog could be anybody.
  if (!refused) severityLevel = decision?.outcome === 'withoutUser' ? 'high' : 'low';
  return {
    eventId: operation === 'refresh' ? 'bitbucket-server-refresh' : 'bitbucket-server-sign-in',
    severityLevel,
    request: withoutSecrets(request),
    meta: {
      environment,
      outcome: refused ? 'refused' : (decision?.outcome ?? 'accepted'),
      code: known?.code,
      phase: known?.phase,
      step: decision?.step,
      userEntityRef:
        refused || !decision || !('userEntityRef' in decision) ? undefined : decision.userEntityRef,
      bitbucketUserId: result && toSubject({ profile: {}, result }).id,
      referenceId: known?.reference,
    },
    error: refused ? toPlainError(error) : undefined,
  };
}

/** The audit event of a session event, or `undefined` when it needs none. */
export function sessionAuditEvent(
  event: SessionEvent,
  environment: string | undefined,
): AuditEvent | undefined {
  if (event.type === 'refresh') return undefined;
  return {
    eventId: `bitbucket-server-${event.type}`,
    severityLevel: event.type === 'sign-out' ? 'low' : 'high',
    meta: {
      environment,
      bitbucketUserId: event.userId,
      referenceId: event.type === 'token-reuse' ? event.reference : undefined,
    },
  };
}

/** The severity of the audit event of a refusal. */
export function refusalSeverity(code: SignInErrorCode): 'low' | 'medium' | 'high' {
  if (suspicious.has(code)) return 'high';
  return ordinary.has(code) ? 'low' : 'medium';
}

type Request = SignInOutcomeEvent['request'];

const maxUserAgent = 256;

/**
 * The request for the auditor, which writes its URL and user agent. Without the query, because that of
 * a callback contains a code. Without `Authorization`, because the auditor fails if it is not valid.
 */
function withoutSecrets(request: Request): Request {
  const { authorization: _authorization, cookie: _cookie, ...headers } = request.headers;
  const userAgent = headers['user-agent']?.slice(0, maxUserAgent);
  const [path] = request.originalUrl.split('?');
  return Object.create(request, {
    originalUrl: { value: path },
    headers: { value: { ...headers, ...(userAgent && { 'user-agent': userAgent }) } },
  }) as Request;
}

/** An error with the code and its public sentence, without a stack, which would point here. */
function toPlainError(cause: unknown): Error {
  const known = isSignInError(cause) ? cause.code : undefined;
  const { name, publicText } = known
    ? signInErrorCodes[known]
    : {
        name: 'Error',
        publicText: 'An error that does not come from the Bitbucket Server sign-in',
      };
  const error = new Error(known ? `${known}: ${publicText}` : publicText);
  error.name = name;
  error.stack = `${error}`;
  return error;
}
