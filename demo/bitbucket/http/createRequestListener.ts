import type { IncomingMessage, ServerResponse } from 'node:http';
import { damage, keepsIdentity, replacementFor, replacesAnswer } from '../faults/applyFault';
import type { FaultSource } from '../faults/createFaultSwitch';
import type { World } from '../World';
import type { Answer } from './Answer';
import { authenticateCaller, personOf } from './authenticateCaller';
import { bitbucketError } from './bitbucketError';
import type { Latency } from './createLatency';
import { handleRequest } from './handleRequest';
import { identityHeaders } from './identityHeaders';
import { nameRoutes } from './nameRoutes';
import { readRequest } from './readRequest';
import { type RequestLog, recordRequest } from './recordRequest';
import type { RequestContext } from './RequestContext';
import { sendAnswer, waitWhileOpen } from './sendAnswer';

/** What a listener needs besides the world. */
export interface ListenerParts {
  faults: FaultSource;
  log: RequestLog;
  latency: Latency;
}

/** The whole way of a request: read, record, fault, handle, send. */
export function createRequestListener(world: World, { faults, log, latency }: ListenerParts) {
  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read = await readRequest(incoming, world.contextPath);
    if (!read) {
      return;
    }
    const { path, query, form } = read;
    const routes = nameRoutes(path, query, form);
    const recorded = recordRequest(log, incoming, { ...read, path: read.wirePath, routes });
    const fault = faults.take(routes) ?? {};
    const replaced = replacesAnswer(fault);
    const processed = fault.processed ?? !replaced;

    const handle = (): Answer => {
      const { authorization } = incoming.headers;
      const caller = authenticateCaller(world, authorization);
      const context: RequestContext = {
        method: incoming.method ?? '',
        path,
        query,
        form,
        authorization,
        caller,
      };
      const own =
        processed || !replaced ? answerSafely(() => handleRequest(world, context)) : undefined;
      if (own?.status === 200 && routes.includes('token')) {
        log.counts.tokenExchanges += 1;
      }
      if (own?.status === 200 && routes.includes('refresh')) {
        log.counts.refreshes += 1;
      }
      const place = { routes, path: read.wirePath, contextPath: world.contextPath };
      const answer = own && !replaced ? own : replacementFor(fault, place);
      const named = !fault.withoutIdentityHeaders && (!replaced || keepsIdentity(fault));
      const identity = named ? identityHeaders(personOf(caller)) : {};
      const sent = { ...answer, headers: { ...answer.headers, ...identity } };
      return answerSafely(() => damage(sent, fault));
    };

    const early = processed ? handle() : undefined;
    const delayMs = latency.milliseconds + (fault.delayHeadersMs ?? 0);
    await waitWhileOpen(response, delayMs, fault.hold);
    if (response.destroyed) {
      return;
    }
    const answer = early ?? handle();
    recorded.status = fault.reset ? 0 : answer.status;
    await sendAnswer(response, answer, fault);
  };
}

/** A defect of the simulator becomes a 500 that says so, instead of a request that never ends. */
function answerSafely(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return bitbucketError(500, `The simulator failed: ${text}`, null);
  }
}
