import type { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import type { Meter } from '@opentelemetry/api';
import type { SignInDecisionEvent } from '../resolvers';
import { createAuditWriter } from './createAuditWriter';
import { createDecisionMetrics } from './createDecisionMetrics';
import { createIncident, quote } from '../shared';

/** @public */
export interface DecisionObserverOptions {
  /** Gets one event per decision. Default: no audit events. */
  readonly auditor?: AuditorService;
  /** Default: the one of the OpenTelemetry API, which does nothing where no SDK is registered. */
  readonly meter?: Meter;
  /** Told once when audit events cannot be written, and once when they can again. Default: nobody. */
  readonly logger?: LoggerService;
  /** Of `auth.providers.bitbucketServer`, such as `production`; in every audit event. */
  readonly environment?: string;
}

/**
 * Makes an observer of sign-in decisions, for `onDecision`: audit events and metrics.
 *
 * It never throws, and the sign-in does not wait for it: an auditor that hangs or fails costs the
 * events and one line in the log, and no sign-in.
 *
 * @example
 * ```ts
 * createSignInResolver({ match, onDecision: createDecisionObserver({ auditor, logger }) });
 * ```
 * @public
 */
export function createDecisionObserver(
  options: DecisionObserverOptions = {},
): (event: SignInDecisionEvent) => void {
  const { auditor, environment, logger } = options;
  const record = createDecisionMetrics(options.meter);
  const audit = auditor && createAuditWriter(auditor, environment);
  const metricsFault = createIncident(logger);
  const auditFault = createIncident(logger);

  return event => {
    try {
      record(event);
      metricsFault.recover('Sign-in decisions are counted again');
    } catch (error) {
      metricsFault.fail(`Sign-in decisions cannot be counted: ${quote(String(error))}`);
    }
    audit?.(event).then(
      () => auditFault.recover('Audit events of sign-in decisions are written again'),
      error =>
        auditFault.fail(
          `Audit events of sign-in decisions cannot be written: ${quote(String(error))}`,
        ),
    );
  };
}
