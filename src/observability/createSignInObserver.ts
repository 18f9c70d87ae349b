import { trace } from '@opentelemetry/api';
import type { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import type { SessionEvent, SignInOutcomeEvent } from '../authenticator';
import type { SignInDecisionEvent, TracedDecision } from '../resolvers';
import { createIncident, describeCause, errorType, instruments } from '../shared';
import { sessionAuditEvent, signInAuditEvent } from './auditEvents';
import type { AuditEvent } from './auditEvents';

/**
 * Callbacks for the provider, the resolver and the authenticator, which each know a part of a sign-in.
 *
 * @public
 */
export interface SignInObserver {
  /** For `createBitbucketServerProviderFactory`: how a sign-in or refresh ended. */
  readonly onOutcome: (event: SignInOutcomeEvent) => void;
  /** For `createSignInResolver`: which step of the chain decided. */
  readonly onDecision: (event: SignInDecisionEvent) => void;
  /** For `createBitbucketServerAuthenticator`: where refreshes come from, and how sessions end. */
  readonly onSessionEvent: (event: SessionEvent, environment?: string) => void;
}

/**
 * Makes the observer of sign-ins: audit events, metrics, and attributes of the span of each.
 *
 * It never throws and never delays a sign-in. If the auditor hangs or fails, the events are lost
 * and the log has one line.
 *
 * @example
 * ```ts
 * const { onOutcome, onDecision, onSessionEvent } = createSignInObserver({ auditor, logger });
 * createBitbucketServerProviderFactory({
 *   onOutcome,
 *   createOptions: () => ({
 *     authenticator: createBitbucketServerAuthenticator({ logger, onSessionEvent }),
 *     signInResolver: createSignInResolver({ match, logger, onDecision }),
 *   }),
 * });
 * ```
 * @public
 */
export function createSignInObserver(
  options: {
    /** Gets one event per sign-in, refresh, sign-out and reuse of a token. Default: no audit events. */
    readonly auditor?: AuditorService;
    /** Gets one line when audit events cannot be written, and one when they can again. Default: none. */
    readonly logger?: LoggerService;
  } = {},
): SignInObserver {
  const { auditor, logger } = options;
  const auditFault = createIncident(logger);
  /** By the `result` object, which the resolver and the routes share. */
  const decisions = new WeakMap<object, TracedDecision>();

  async function write({ error, ...event }: AuditEvent): Promise<void> {
    try {
      const audited = await auditor?.createEvent(event);
      if (error) await audited?.fail({ error });
      else await audited?.success();
      auditFault.recover('Audit events of Bitbucket Server sign-ins are written again');
    } catch (fault) {
      auditFault.fail(
        `Audit events of Bitbucket Server sign-ins cannot be written: ${describeCause(fault)}`,
      );
    }
  }

  return {
    onDecision({ decision, result }) {
      if (typeof result === 'object' && result !== null) decisions.set(result, decision);
    },

    onOutcome(event) {
      const { operation, environment = 'none', result, error, durationMs } = event;
      const decision = result && decisions.get(result);
      const attributes = {
        'bitbucket_server.environment': environment,
        'bitbucket_server.operation': operation,
        'bitbucket_server.outcome':
          error === undefined
            ? (decision?.outcome ?? 'accepted').replace('withoutUser', 'without_user')
            : 'refused',
        'bitbucket_server.step': decision?.step ?? 'none',
        ...(error === undefined ? {} : { 'error.type': errorType(error) }),
      };
      instruments().signInDuration.record(durationMs / 1_000, attributes);
      trace.getActiveSpan()?.setAttributes(attributes);
      if (auditor) void write(signInAuditEvent(event, decision));
    },

    onSessionEvent(event, environment) {
      const attributes = {
        'bitbucket_server.environment': environment ?? 'none',
        'bitbucket_server.session.event': event.type.replace('-', '_'),
        ...(event.type === 'refresh' && {
          'bitbucket_server.session.person': event.person,
          'bitbucket_server.session.tokens': event.tokens,
        }),
      };
      instruments().sessionEvents.add(1, attributes);
      const audited = auditor && sessionAuditEvent(event, environment);
      if (audited) void write(audited);
    },
  };
}
