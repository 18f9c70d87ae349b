import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDemo } from '../../demo/startDemo';
import type { Demo } from '../../demo/Demo';
import type { LogLine } from '../../demo/createLogRecorder';
import { refreshOverHttp, signInOverHttp, signOutOverHttp } from '../support/signInOverHttp';
import type { HttpSession } from '../support/signInOverHttp';
import { takesScreenshots } from '../support/takeScreenshot';
import { deferred } from '../support/controlled';
import { pictureOfTrace } from './support/pictureOfTrace';
import { registerTelemetry } from './support/telemetry';
import type { Sample } from './support/telemetry';

const docs = readFileSync(join(__dirname, '../../docs/observability.md'), 'utf8');
const lines: LogLine[] = [];
let telemetry: ReturnType<typeof registerTelemetry>;
let demo: Demo;

beforeAll(async () => {
  telemetry = registerTelemetry();
  demo = await startDemo({
    frontend: false,
    onLog: line => lines.push(line),
    config: {
      auth: {
        providers: {
          bitbucketServer: {
            development: {
              profileCacheTtl: { seconds: 0 },
              // Not the one that the simulator knows: the question is asked, and trusts nobody.
              directory: { token: 'not-the-token-of-this-server' },
              signIn: {
                resolvers: [
                  {
                    resolver: 'emailMatchingUserEntityProfileEmail',
                    allowedDomains: ['corp.example'],
                  },
                  {
                    resolver: 'emailLocalPartMatchingUserEntityName',
                    allowedDomains: ['corp.example'],
                    emailTrust: 'readOnlyDirectory',
                  },
                ],
              },
            },
          },
        },
      },
    },
  });
});

beforeEach(() => void lines.splice(0));

afterAll(async () => {
  await demo.stop();
  await telemetry.stop();
});

const authUrl = (path: string) => `${demo.backendUrl}/api/auth/bitbucketServer${path}`;
const signIn = (name: string, decision?: 'deny') =>
  signInOverHttp(demo.backendUrl, name, { decision });

function refreshWith(cookie: string, more: Record<string, string> = {}): Promise<Response> {
  const headers = { cookie, 'x-requested-with': 'XMLHttpRequest', ...more };
  return fetch(authUrl('/refresh?env=development'), { headers });
}

function cookieOf({ cookies }: HttpSession): string {
  return cookies.header(new URL(authUrl('/refresh')));
}

const referenceOf = (text = '') => /reference ([0-9A-Z-]+)/.exec(text)?.[1];
const settled = () => new Promise(resolve => setImmediate(resolve));

/** Audit events: their name, and all that was written of them at their beginning. */
async function audits() {
  for (let i = 0; i < 20; i += 1) await settled();
  return lines.flatMap(({ text }) => {
    const [, name] = /\bauth\.(bitbucket-server-[a-z-]+).*"status":"initiated"/.exec(text) ?? [];
    return name ? [{ name, text }] : [];
  });
}

describe('what an operator sees', () => {
  it('of an ordinary day is no alert', async () => {
    const { session, response } = await signIn('ada');
    expect(response?.backstageIdentity?.identity.userEntityRef).toMatch(/^user:default\//);
    await refreshOverHttp(session);
    const events = await audits();
    expect(events.map(({ name }) => name)).toEqual([
      'bitbucket-server-sign-in',
      'bitbucket-server-refresh',
    ]);
    expect(events[0]!.text).toContain(response!.backstageIdentity!.identity.userEntityRef);
    expect(await firingAlerts()).toEqual([]);
  });

  it('of one sign-in is one trace', async () => {
    const before = telemetry.spans().length;
    await signIn('ada');
    const spans = telemetry.spans().slice(before);
    expect(spans.map(({ name }) => name.replace('bitbucket_server.', ''))).toEqual([
      'exchange_code',
      'who_am_i',
      'read_user',
      'step',
      'sign_in',
    ]);
    const root = spans.at(-1)!;
    expect(root.attributes).toMatchObject({ 'bitbucket_server.outcome': 'matched' });
    for (const { parentSpanContext } of spans.slice(0, -1)) {
      expect(parentSpanContext?.spanId).toBe(root.spanContext().spanId);
    }
    if (takesScreenshots) await pictureOfTrace(spans);
  });

  it.each<[code: string, severity: string, attempt: () => Promise<string | undefined>]>([
    ['AUTHORIZATION_DENIED', 'low', async () => (await signIn('ada', 'deny')).error?.message],
    ['NO_MATCHING_USER', 'medium', async () => (await signIn('newcomer')).error?.message],
    [
      'CLIENT_REJECTED',
      'medium',
      () => whileFault({ status: 401, json: { error: 'invalid_client' } }),
    ],
    ['BITBUCKET_UNAVAILABLE', 'medium', () => whileFault({ status: 503 })],
    [
      'AUTHORIZATION_STATE_INVALID',
      'medium',
      async () => {
        const page = await fetch(authUrl('/handler/frame?code=planted-code&state=planted-state'));
        return decodeURIComponent(await page.text());
      },
    ],
  ])('of a sign-in refused with %s is one event', async (code, severity, attempt) => {
    const reference = referenceOf(await attempt());
    const [event, ...more] = await audits();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ name: 'bitbucket-server-sign-in' });
    expect(event!.text).toContain(`"code":"${code}"`);
    expect(event!.text).toContain(`"referenceId":"${reference}"`);
    expect(event!.text).toContain(`"severityLevel":"${severity}"`);
    expect(event!.text).toContain('"url":"/api/auth/bitbucketServer/handler/frame"');
    expect(event!.text).toContain('"ip":');
  });

  async function whileFault(fault: object): Promise<string | undefined> {
    demo.bitbucket.faults.set('token', fault);
    try {
      return (await signIn('ada')).error?.message;
    } finally {
      demo.bitbucket.faults.clear();
    }
  }

  it('of a refused refresh is one event, whatever the browser sends with it', async () => {
    const authorization = 'Bearer not-a-token-of-this-backstage';
    const answer = await refreshWith('bitbucketServer-refresh-token=planted-token', {
      authorization,
      'user-agent': 'x'.repeat(2_000),
    });
    expect(answer.status).toBe(401);
    const [event, ...more] = await audits();
    expect(more).toEqual([]);
    expect(event!.name).toBe('bitbucket-server-refresh');
    expect(event!.text).toContain('"code":"SESSION_ENDED"');
    expect(event!.text).toContain('"url":"/api/auth/bitbucketServer/refresh"');
    expect(event!.text).not.toMatch(/planted|x{257}/);
    expect(lines.map(({ text }) => text).join('\n')).not.toContain('cannot be written');
  });

  it('of a page that is loaded without a session is nothing', async () => {
    expect((await refreshWith('')).status).toBe(401);
    expect(await audits()).toEqual([]);
  });

  it('of a token that comes too late, and of a sign-out, is an event', async () => {
    const { session } = await signIn('ada');
    const first = cookieOf(session);
    await refreshOverHttp(session);
    // Another tab.
    expect((await refreshWith(first)).status).toBe(200);
    await refreshOverHttp(session);
    lines.length = 0;
    const refused = await refreshWith(first);
    const reference = referenceOf(await refused.text());
    await signOutOverHttp(session);
    const events = await audits();
    expect(events.map(({ name }) => name)).toEqual([
      'bitbucket-server-token-reuse',
      'bitbucket-server-refresh',
      'bitbucket-server-sign-out',
    ]);
    expect(events[0]!.text).toContain(`"referenceId":"${reference}"`);
    expect(events[0]!.text).toContain('"severityLevel":"high"');
    expect(events[1]!.text).toContain(`"referenceId":"${reference}"`);
    expect(events[2]!.text).toMatch(/"bitbucketUserId":"\d+"/);
  });

  it('of thirty refreshes in an outage is one line', async () => {
    demo.bitbucket.faults.set('refresh', { status: 503 });
    for (let i = 0; i < 30; i += 1) {
      const answer = await refreshWith(`bitbucketServer-refresh-token=planted-${i}`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        error: { name: 'ServiceUnavailableError', code: 'BITBUCKET_UNAVAILABLE' },
        response: { statusCode: 503 },
      });
    }
    demo.bitbucket.faults.clear();
    expect(await audits()).toHaveLength(30);
    const loud = lines.filter(
      ({ level, text }) => /warn|error/.test(level) && !text.includes('bitbucket-server-refresh'),
    );
    // The outage of the sign-ins above may have begun it.
    expect(loud.length).toBeLessThanOrEqual(1);
  });

  it('of a refresh that goes on without Bitbucket is counted', async () => {
    const { session } = await signIn('ada');
    demo.bitbucket.faults.set('whoami', { status: 503 });
    expect((await refreshOverHttp(session)).response).toBeDefined();
    demo.bitbucket.faults.clear();
    const bridged = (await telemetry.scrape()).filter(
      ({ labels }) => labels.bitbucket_server_session_person === 'bridged',
    );
    expect(bridged.map(({ value }) => value)).toEqual([1]);
  });

  it('of a queue is its length', async () => {
    const length = async () => {
      const samples = await telemetry.scrape();
      return samples.find(({ name }) => name === 'bitbucket_server_queue_length')?.value;
    };
    const { promise: hold, resolve: release } = deferred();
    demo.bitbucket.clearRequests();
    demo.bitbucket.faults.set('refresh', { hold });
    const crowd = Array.from({ length: 103 }, (_, i) =>
      refreshWith(`bitbucketServer-refresh-token=crowd-${i}`),
    );
    await demo.bitbucket.arrived('refresh', 100);
    while ((await length()) !== 3) await settled();
    release();
    await Promise.all(crowd);
    demo.bitbucket.faults.clear();
    expect(await length()).toBe(0);
  });

  it('is in the documentation, and nothing else', async () => {
    // Whose slug does not follow from the name, so that the search is needed.
    const user = { id: 9_001, name: 'odd', slug: 'even', displayName: 'Odd', active: true };
    const mail = { emailAddress: 'odd@corp.example', type: 'NORMAL' };
    demo.bitbucket.addPerson({ user: { ...user, ...mail } });
    await signIn('odd');

    const spans = telemetry.spans();
    expect([...new Set(spans.map(({ name }) => name))].sort()).toEqual(firstColumn('Span').sort());
    const attributes = await telemetry.attributes();
    expect([...attributes.keys()].sort()).toEqual(firstColumn('Metric').sort());
    const keys = new Set([...attributes.values()].flatMap(each => [...each]));
    expect([...keys].sort()).toEqual(firstColumn('Attribute').sort());
    for (const key of spans.flatMap(span => Object.keys(span.attributes))) {
      expect(docs).toContain(`\`${key}\``);
    }
    const series = JSON.stringify(await telemetry.scrape());
    const traces = JSON.stringify(spans.map(span => span.attributes));
    expect(series + traces).not.toMatch(/@|planted|crowd|newcomer|user:default/);
  });

  it('of all this raises the alerts of the documentation', async () => {
    expect(await firingAlerts()).toEqual([
      'Bitbucket Server has an outage',
      'Many more people than last week are not found',
    ]);
  });
});

/** First cells of the table with this head. */
function firstColumn(head: string): string[] {
  const table = docs.slice(docs.search(new RegExp(`^\\| ${head} +\\|`, 'm'))).split('\n\n')[0]!;
  return Array.from(table.matchAll(/^\| `([^`]+)`/gm), ([, cell]) => cell!);
}

/** Titles of the alerts whose series have counted something, by the names and labels of Prometheus. */
async function firingAlerts(): Promise<string[]> {
  const samples = await telemetry.scrape();
  const promql = /```promql\n([\s\S]*?)```/.exec(docs)![1]!;
  const alerts = promql.trim().split('\n\n');
  expect(alerts).toHaveLength(4);
  return alerts.flatMap(alert => {
    const [, title, selector] = /^# (.*)\n[\s\S]*?(\w+\{[^}]*\})/.exec(alert)!;
    const selected = samples.filter(sample => matches(sample, selector!));
    return selected.some(({ value }) => value > 0) ? [title!] : [];
  });
}

function matches({ name, labels }: Sample, selector: string): boolean {
  const [, metric, label, operator, value] = /^(\w+)\{(\w+)(=~?)"(.*)"\}$/.exec(selector)!;
  const pattern = operator === '=' ? value!.replace(/\W/g, '\\$&') : value!;
  return name === metric && new RegExp(`^(?:${pattern})$`).test(labels[label!] ?? '');
}
