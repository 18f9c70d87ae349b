import { createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
}

/** What something in front of the catalog may say. */
export interface ForeignAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface FrontDoor {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
  /** Answers a request itself, as the catalog with a status or as somebody else; `undefined` passes it on. */
  intercept: ((request: SeenRequest) => number | ForeignAnswer | undefined) | undefined;
  /** Where requests go. */
  target: string;
  stop(): Promise<void>;
}

/** Stands in front of a catalog, counts what comes, and can play an older or a broken one. */
export async function startFrontDoor(target: string): Promise<FrontDoor> {
  const door: FrontDoor = { baseUrl: '', seen: [], intercept: undefined, target, stop };
  const server = createServer((incoming, outgoing) => {
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '' };
    door.seen.push(seen);
    const answer = door.intercept?.(seen);
    if (answer === undefined) passOn(door.target, incoming, outgoing);
    else say(typeof answer === 'number' ? refusal(answer) : answer, incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function stop(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  return Object.assign(door, {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
}

function refusal(status: number): ForeignAnswer {
  const error = { name: status === 404 ? 'NotFoundError' : 'Error', message: 'refused' };
  const body = JSON.stringify({ error, response: { statusCode: status } });
  return { status, type: 'application/json', body };
}

function say(answer: ForeignAnswer, incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.resume();
  outgoing.writeHead(answer.status, { 'content-type': answer.type });
  outgoing.end(answer.body);
}

function passOn(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const onward = send(`${target}${url}`, { method, headers, agent: false }, answer => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  // The catalog is gone: so is the connection, for the client as well.
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
