import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Meter, MeterProvider, Span, SpanKind } from '@opentelemetry/api';

const scope = 'backstage-plugin-auth-backend-module-bitbucket-server';

/** In seconds. A cached answer is below the first bucket, a slow server above the last. */
const explicitBucketBoundaries = [
  0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Every metric of this package. `docs/observability.md` has a row for each; a test compares. */
function createInstruments(meter: Meter) {
  const duration = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  return {
    signInDuration: duration(
      'bitbucket_server.sign_in.duration',
      'Time of sign-ins and session refreshes, from the request to its answer',
    ),
    clientDuration: duration(
      'bitbucket_server.client.request.duration',
      'Time of calls to Bitbucket Server, retries included',
    ),
    catalogDuration: duration(
      'bitbucket_server.catalog.request.duration',
      'Time of requests to the catalog, without the wait in the queue',
    ),
    catalogAnswers: meter.createCounter('bitbucket_server.catalog.answers', {
      description: 'Answers to user lookups, by where they came from',
      unit: '{answer}',
    }),
    sessionEvents: meter.createCounter('bitbucket_server.session.events', {
      description: 'What happened to sessions',
      unit: '{event}',
    }),
    queueLength: meter.createUpDownCounter('bitbucket_server.queue.length', {
      description: 'Requests to Bitbucket Server or to the catalog that wait in a queue',
      unit: '{request}',
    }),
  };
}

let made:
  | { readonly by: MeterProvider; readonly instruments: ReturnType<typeof createInstruments> }
  | undefined;

/**
 * The instruments of the meter provider that the process has registered. Without one, they do nothing.
 */
export function instruments(): ReturnType<typeof createInstruments> {
  // Read each time, because a meter does not follow a provider that is registered later.
  const by = metrics.getMeterProvider();
  if (made?.by !== by) made = { by, instruments: createInstruments(by.getMeter(scope)) };
  return made.instruments;
}

/** Runs work in its own span. Without an SDK, it only runs the work. */
export async function withSpan<T>(
  name: string,
  options: { readonly kind?: SpanKind; readonly attributes?: Attributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer(scope).startActiveSpan(name, options, async span => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/**
 * Marks a span with the code and the reference of an error. Never with its text: more people can read
 * traces than the log.
 */
export function markFailed(span: Span, error: unknown): void {
  const { reference } = Object(error) as { readonly reference?: unknown };
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', errorType(error));
  if (typeof reference === 'string') span.setAttribute('bitbucket_server.reference', reference);
}

/**
 * The code of an error of this package, or one common name for all other errors, to keep the number
 * of values small.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/
 */
export function errorType(error: unknown): string {
  const { code, reference } = Object(error) as { code?: unknown; reference?: unknown };
  return typeof code === 'string' && typeof reference === 'string' ? code : '_OTHER';
}
