import type { IncomingMessage } from 'node:http';
import type { RecordedRequest, RequestCounts } from '../BitbucketSimulator';
import type { RouteName } from '../faults/Fault';

/** Requests and counters of a simulator. */
export interface RequestLog {
  readonly requests: RecordedRequest[];
  readonly counts: RequestCounts;
  /** Resolves once the counter of the route has reached this number. */
  arrived(route: RouteName, times: number): Promise<void>;
  /** Tells those who wait in `arrived`. */
  notify(): void;
  clear(): void;
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  const requests: RecordedRequest[] = [];
  const counts = zeroCounts();
  const waiting = new Set<() => void>();
  return {
    requests,
    counts,
    arrived: (route, times) =>
      new Promise(resolve => {
        const check = () => {
          if (counts[route] >= times) {
            waiting.delete(check);
            resolve();
          }
        };
        waiting.add(check);
        check();
      }),
    notify: () => waiting.forEach(check => check()),
    clear() {
      requests.length = 0;
      Object.assign(counts, zeroCounts());
    },
  };
}

/** Adds a request that arrived to the log; its status is filled in once it is answered. */
export function recordRequest(
  log: RequestLog,
  request: IncomingMessage,
  {
    path,
    query,
    body,
    routes,
  }: { path: string; query: URLSearchParams; body: string; routes: RouteName[] },
): RecordedRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const recorded: RecordedRequest = {
    method: request.method ?? '',
    path,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(headers),
    body,
    status: 0,
    routes,
  };
  log.requests.push(recorded);
  for (const route of [...routes, 'any' as const]) {
    log.counts[route] += 1;
  }
  log.notify();
  return recorded;
}

function zeroCounts(): RequestCounts {
  return {
    authorize: 0,
    consent: 0,
    token: 0,
    refresh: 0,
    whoami: 0,
    'applinks-whoami': 0,
    users: 0,
    'users-page-2': 0,
    user: 0,
    'admin-users': 0,
    'admin-users-page-2': 0,
    avatar: 0,
    other: 0,
    any: 0,
    tokenExchanges: 0,
    refreshes: 0,
  };
}
