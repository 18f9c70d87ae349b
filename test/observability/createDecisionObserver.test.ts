import type { AuditorService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { metrics } from '@opentelemetry/api';
import { signInErrorCodes } from '../../src/errors';
import type { SignInErrorCode } from '../../src/errors';
import { createDecisionObserver } from '../../src/observability';
import type { SignInDecisionEvent } from '../../src/resolvers';
import { createLogRecorder } from '../support/createLogRecorder';
import { createMeterProvider, eventOf, matched } from './support';

const settled = () => new Promise(resolve => setImmediate(resolve));

function createAuditor() {
  const events: { options: object; end?: object }[] = [];
  const auditor: AuditorService = {
    async createEvent(options) {
      const event: (typeof events)[number] = { options };
      events.push(event);
      return {
        async success(end = {}) {
          event.end = { status: 'succeeded', ...end };
        },
        async fail({ error, ...end }) {
          event.end = { status: 'failed', error: String(error), ...end };
        },
      };
    },
  };
  return { auditor, events };
}

async function audit(event: SignInDecisionEvent, environment?: string) {
  const { auditor, events } = createAuditor();
  createDecisionObserver({ auditor, environment })(event);
  await settled();
  return events;
}

describe('the audit event of a sign-in decision', () => {
  it('says who signed in, how, and nothing personal beyond that', async () => {
    const events = await audit(eventOf(matched), 'production');
    expect(events).toEqual([
      {
        options: {
          eventId: 'bitbucket-server-sign-in',
          severityLevel: 'low',
          meta: {
            environment: 'production',
            outcome: 'matched',
            step: 'emailMatchingUserEntityProfileEmail',
            userEntityRef: 'user:default/ada',
            bitbucketUserId: '7',
            refresh: false,
          },
        },
        end: { status: 'succeeded' },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('private');
  });

  it('says why somebody was refused, under the reference of the browser and the log', async () => {
    const decision = { outcome: 'refused', code: 'NO_MATCHING_USER' } as const;
    const [event] = await audit(eventOf(decision));
    expect(event).toEqual({
      options: {
        eventId: 'bitbucket-server-sign-in',
        severityLevel: 'medium',
        meta: {
          outcome: 'refused',
          code: 'NO_MATCHING_USER',
          bitbucketUserId: '7',
          refresh: false,
          referenceId: 'ABCD-1234',
        },
      },
      end: {
        status: 'failed',
        error: `NotFoundError: NO_MATCHING_USER: ${signInErrorCodes.NO_MATCHING_USER.publicText}`,
      },
    });
  });

  it('is of high severity for a person who is in no catalog', async () => {
    const [event] = await audit(
      eventOf({ outcome: 'withoutUser', userEntityRef: 'user:default/new', step: 's' }),
    );
    expect(event).toMatchObject({
      options: { severityLevel: 'high', meta: { userEntityRef: 'user:default/new' } },
      end: { status: 'succeeded' },
    });
  });

  it.each<[SignInErrorCode, string]>([
    ['MULTIPLE_MATCHING_USERS', 'high'],
    ['ATTRIBUTES_DISAGREE', 'high'],
    ['USER_REF_TAKEN', 'high'],
    ['NO_MATCHING_USER', 'medium'],
    ['ATTRIBUTE_MISSING', 'medium'],
    ['EMAIL_NOT_TRUSTED', 'medium'],
    ['EMAIL_DOMAIN_NOT_ALLOWED', 'medium'],
    ['CATALOG_UNAVAILABLE', 'medium'],
    ['MATCHER_FAILED', 'medium'],
  ])('for %s is of %s severity', async (code, severityLevel) => {
    const [event] = await audit(eventOf({ outcome: 'refused', code, step: 's' }));
    expect(event).toMatchObject({ options: { severityLevel, meta: { code, step: 's' } } });
  });

  it('is one per decision', async () => {
    const { auditor, events } = createAuditor();
    const observe = createDecisionObserver({ auditor });
    for (let i = 0; i < 20; i += 1) observe(eventOf(matched));
    await settled();
    expect(events).toHaveLength(20);
  });
});

describe('an auditor that does not work', () => {
  const failing = (fail: () => Promise<never>) => {
    const state = { works: false };
    const { auditor } = createAuditor();
    return {
      state,
      auditor: {
        createEvent: options => (state.works ? auditor.createEvent(options) : fail()),
      } satisfies AuditorService,
    };
  };

  it.each<[string, () => Promise<never>]>([
    ['rejects', async () => Promise.reject(new Error('no\nspace'))],
    [
      'throws',
      () => {
        throw new Error('no\nspace');
      },
    ],
  ])('and %s is logged once per incident and disturbs nobody', async (_how, fail) => {
    const { auditor, state } = failing(fail);
    const { logger, lines } = createLogRecorder();
    const observe = createDecisionObserver({ auditor, logger });
    for (let i = 0; i < 3; i += 1) observe(eventOf(matched));
    await settled();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn: Audit events .* cannot be written/);
    expect(lines[0]).toContain('"Error: no\\nspace"');
    state.works = true;
    observe(eventOf(matched));
    await settled();
    expect(lines[1]).toMatch(/^info: Audit events .* again/);
  });

  it('and fails at the end of an event is no unhandled rejection without a logger', async () => {
    const end = () => Promise.reject(new Error('late'));
    const auditor: AuditorService = { createEvent: async () => ({ success: end, fail: end }) };
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      createDecisionObserver({ auditor })(eventOf(matched));
      await settled();
      await settled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('and hangs delays nobody', () => {
    const auditor = mockServices.auditor.mock();
    auditor.createEvent.mockReturnValue(new Promise(() => undefined));
    expect(createDecisionObserver({ auditor })(eventOf(matched))).toBeUndefined();
    expect(auditor.createEvent).toHaveBeenCalledTimes(1);
  });
});

describe('the metrics of sign-in decisions', () => {
  afterEach(() => metrics.disable());

  it('go to the provider that the process has registered', () => {
    const { provider, instruments, measurements } = createMeterProvider();
    metrics.setGlobalMeterProvider(provider);
    const observe = createDecisionObserver();
    observe(eventOf(matched));
    observe(eventOf({ outcome: 'refused', code: 'CATALOG_UNAVAILABLE', step: 'emailStep' }));
    observe(eventOf({ outcome: 'refused', code: 'NO_MATCHING_USER' }));

    const meter = 'backstage-plugin-auth-backend-module-bitbucket-server';
    expect(instruments).toMatchObject({
      'bitbucket_server.sign_in.count': { meter },
      'bitbucket_server.sign_in.duration': { meter, unit: 's' },
    });
    const { advice } = instruments['bitbucket_server.sign_in.duration']!;
    const buckets = advice!.explicitBucketBoundaries!;
    expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);

    const first = {
      outcome: 'matched',
      resolver: 'emailMatchingUserEntityProfileEmail',
      code: 'none',
      refresh: false,
    };
    const second = {
      outcome: 'refused',
      resolver: 'emailStep',
      code: 'CATALOG_UNAVAILABLE',
      refresh: false,
    };
    const third = { ...second, resolver: 'none', code: 'NO_MATCHING_USER' };
    expect(measurements).toEqual(
      [first, second, third].flatMap(attributes => [
        { name: 'bitbucket_server.sign_in.count', value: 1, attributes },
        { name: 'bitbucket_server.sign_in.duration', value: 0.0125, attributes },
      ]),
    );
  });

  it('have few values per attribute, and none of a person', () => {
    const { provider, measurements } = createMeterProvider();
    const observe = createDecisionObserver({ meter: provider.getMeter('test') });
    for (let i = 0; i < 200; i += 1) {
      const event = eventOf(
        i % 2
          ? { outcome: 'matched', userEntityRef: `user:default/u${i}`, step: 's' }
          : { outcome: 'refused', code: 'NO_MATCHING_USER' },
        { reference: `REF-${i}` },
      );
      observe({
        ...event,
        subject: { id: String(i), username: `u${i}`, email: `u${i}@x.example`, refresh: i % 4 > 1 },
      });
    }
    const series = new Set(
      measurements.map(({ name, attributes }) => name + JSON.stringify(attributes)),
    );
    expect(series.size).toBe(8);
    expect([...series].join()).not.toMatch(/u\d|REF|@/);
  });

  it('are nothing without an SDK, and nothing else is needed', () => {
    expect(() => createDecisionObserver()(eventOf(matched))).not.toThrow();
  });

  it('that fail are logged once and disturb nobody, nor the audit events', async () => {
    const { provider } = createMeterProvider();
    const meter = {
      ...provider.getMeter('test'),
      createCounter: () => ({
        add() {
          throw new Error('broken');
        },
      }),
    };
    const { logger, lines } = createLogRecorder();
    const { auditor, events } = createAuditor();
    const observe = createDecisionObserver({ meter, logger, auditor });
    for (let i = 0; i < 3; i += 1) observe(eventOf(matched));
    await settled();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn: Sign-in decisions cannot be counted/);
    expect(events).toHaveLength(3);
  });
});
