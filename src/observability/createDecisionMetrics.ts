import { metrics } from '@opentelemetry/api';
import type { Meter } from '@opentelemetry/api';
import type { SignInDecisionEvent } from '../resolvers';

const meterName = 'backstage-plugin-auth-backend-module-bitbucket-server';

/** In seconds. A remembered answer takes less than the first; a catalog that struggles, the last. */
const durationBuckets = [
  0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * Makes the counter and the histogram of sign-in decisions. All attributes are of the config or of
 * this package, so that there are few of them and none tells of a person.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/
 * @internal
 */
export function createDecisionMetrics(
  meter: Meter = metrics.getMeter(meterName),
): (event: SignInDecisionEvent) => void {
  const count = meter.createCounter('bitbucket_server.sign_in.count', {
    description: 'Sign-in decisions, refreshes of sessions included',
    unit: '{decision}',
  });
  const duration = meter.createHistogram('bitbucket_server.sign_in.duration', {
    description: 'Time from what Bitbucket Server says about a person to the sign-in decision',
    unit: 's',
    advice: { explicitBucketBoundaries: durationBuckets },
  });
  return ({ decision, subject, durationMs }) => {
    const attributes = {
      outcome: decision.outcome,
      resolver: decision.step ?? 'none',
      code: decision.outcome === 'refused' ? decision.code : 'none',
      refresh: subject.refresh,
    };
    count.add(1, attributes);
    duration.record(durationMs / 1000, attributes);
  };
}
