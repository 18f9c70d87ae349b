import type {
  Counter,
  Attributes,
  Histogram,
  Meter,
  MeterProvider,
  MetricOptions,
} from '@opentelemetry/api';
import { createNoopMeter } from '@opentelemetry/api';
import type { SignInDecisionEvent } from '../../src/resolvers';

export const matched: SignInDecisionEvent['decision'] = {
  outcome: 'matched',
  userEntityRef: 'user:default/ada',
  step: 'emailMatchingUserEntityProfileEmail',
};

export function eventOf(
  decision: SignInDecisionEvent['decision'],
  more: Partial<SignInDecisionEvent> = {},
): SignInDecisionEvent {
  return {
    decision,
    subject: {
      id: '7',
      username: 'private-username',
      slug: 'private-slug',
      email: 'private@corp.example',
      emailOrigin: 'payload',
      host: 'bitbucket.corp.example',
      refresh: false,
    },
    reference: decision.outcome === 'refused' ? 'ABCD-1234' : undefined,
    durationMs: 12.5,
    trace() {
      throw new Error('the trace names other people, nobody asked for it');
    },
    ...more,
  };
}

interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly attributes?: Attributes;
}

/** Keeps what is measured, as an SDK would. */
export function createMeterProvider() {
  const instruments: Record<string, MetricOptions & { readonly meter: string }> = {};
  const measurements: Measurement[] = [];
  const instrument = (meter: string, name: string, options: MetricOptions = {}) => {
    instruments[name] = { ...options, meter };
    const keep = (value: number, attributes?: Attributes) => {
      measurements.push({ name, value, attributes });
    };
    return { add: keep, record: keep } satisfies Counter & Histogram;
  };
  const provider: MeterProvider = {
    getMeter: (meter: string): Meter => ({
      ...createNoopMeter(),
      createCounter: (name, options) => instrument(meter, name, options),
      createHistogram: (name, options) => instrument(meter, name, options),
    }),
  };
  return { provider, instruments, measurements };
}
