import type {
  AuditorServiceCreateEventOptions,
  AuditorServiceEventSeverityLevel,
} from '@backstage/backend-plugin-api';
import type { SessionEvent, SignInOutcomeEvent } from '../authenticator';
import { isSignInError, signInErrorCodes } from '../errors';
import type { SignInErrorCode } from '../errors';
import { toSubject } from '../profile';
import type { TracedDecision } from '../resolvers';

/** An event, and what it failed with. */
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
 * The event of a sign-in or a refresh. Of the person it holds the entity ref and the user id of
 * Bitbucket: enough to know who it was, and no name, email or other entity. The id of the plugin is
 * put before the names of events by the auditor.
 *
 * @see https://backstage.io/docs/backend-system/core-services/auditor
 * @internal
 */
export function signInAuditEvent(
  event: SignInOutcomeEvent,
  decision: TracedDecision | undefined,
): AuditEvent {
  const { operation, environment, request, result, error } = event;
  const refused = error !== undefined;
  const known = isSignInError(error) ? error : undefined;
  return {
    eventId: operation === 'refresh' ? 'bitbucket-server-refresh' : 'bitbucket-server-sign-in',
    severityLevel: severityOf(event, decision),
    request: withoutSecrets(request),
    meta: withoutUndefined({
      environment,
      outcome: refused ? 'refused' : (decision?.outcome ?? 'accepted'),
      code: known?.code,
      phase: known?.phase,
      step: decision?.step,
      userEntityRef:
        refused || !decision || !('userEntityRef' in decision) ? undefined : decision.userEntityRef,
      bitbucketUserId: result && toSubject({ profile: {}, result }).id,
      referenceId: known?.reference,
    }),
    error: refused ? toPlainError(error) : undefined,
  };
}

/**
 * The audit event of a session event, or `undefined` when it needs none.
 *
 * @internal
 */
export function sessionAuditEvent(
  event: SessionEvent,
  environment: string | undefined,
): AuditEvent | undefined {
  switch (event.type) {
    case 'refresh':
      return undefined;
    case 'sign-out':
      return {
        eventId: 'bitbucket-server-sign-out',
        severityLevel: 'low',
        meta: withoutUndefined({ environment, bitbucketUserId: event.userId }),
      };
    case 'token-reuse':
      return {
        eventId: 'bitbucket-server-token-reuse',
        severityLevel: 'high',
        meta: withoutUndefined({
          environment,
          bitbucketUserId: event.userId,
          referenceId: event.reference,
        }),
      };
  }
}

/**
 * The severity of an outcome. Signing in is `low`, being refused `medium`; two people who could be
 * one, an entity of another account, and a person who is in no catalog are `high`.
 */
function severityOf(
  { error }: SignInOutcomeEvent,
  decision: TracedDecision | undefined,
): AuditorServiceEventSeverityLevel {
  if (error === undefined) return decision?.outcome === 'withoutUser' ? 'high' : 'low';
  return isSignInError(error) ? refusalSeverity(error.code) : 'medium';
}

/**
 * The severity of the audit event of a refusal.
 *
 * @internal
 */
export function refusalSeverity(code: SignInErrorCode): 'low' | 'medium' | 'high' {
  if (suspicious.has(code)) return 'high';
  return ordinary.has(code) ? 'low' : 'medium';
}

type Request = SignInOutcomeEvent['request'];

const maxUserAgent = 256;

/**
 * The request for the auditor, which writes its URL and its user agent, and refuses to write anything
 * when it has an `Authorization` that is not valid. The URL of a callback holds a code and a state.
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

function withoutUndefined(
  meta: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(meta).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The code and its fixed sentence. Without a stack, which would show this line and nothing else. */
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
