import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/Fault';
import type { Answer } from './Answer';

/** Waits for the timer and the promise, but not longer than the connection lives. */
export async function waitWhileOpen(
  response: ServerResponse,
  milliseconds: number | undefined,
  until: Promise<unknown> | undefined,
): Promise<void> {
  if ((!milliseconds && !until) || response.destroyed) {
    return;
  }
  const giveUp = new AbortController();
  const abort = () => giveUp.abort();
  const closed = new Promise<void>(resolve => {
    giveUp.signal.addEventListener('abort', () => resolve());
  });
  response.once('close', abort);
  // allSettled: a rejected promise, and a sleep that was given up, end the wait too.
  const elapsed = Promise.allSettled([
    until,
    milliseconds ? sleep(milliseconds, undefined, { signal: giveUp.signal }) : undefined,
  ]);
  await Promise.race([closed, elapsed]);
  response.off('close', abort);
}

/** Writes the answer, with those faults that concern its way over the wire. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  fault: Fault = {},
): Promise<void> {
  if (response.destroyed) {
    return;
  }
  if (fault.reset) {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  const half = body.subarray(0, Math.ceil(body.length / 2));
  const sent = fault.cut === true ? half : body;
  const unsized = fault.chunked || fault.cut === 'after-body';
  const length = unsized ? {} : { 'Content-Length': sent.length + (fault.extraLength ?? 0) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  if (fault.cut === 'connection' || fault.cut === 'after-body' || fault.extraLength) {
    response.write(fault.cut === 'connection' ? half : sent, () => response.destroy());
    return;
  }
  if (fault.pieces) {
    await sendPieces(response, sent, fault.pieces);
    return;
  }
  if (fault.delayBodyMs || fault.holdBody) {
    const first = sent.subarray(0, Math.ceil(sent.length / 2));
    response.flushHeaders();
    response.write(first);
    await waitWhileOpen(response, fault.delayBodyMs, fault.holdBody);
    response.end(sent.subarray(first.length));
    return;
  }
  if (fault.chunked) {
    response.write(sent);
    response.end();
    return;
  }
  response.end(sent);
}

async function sendPieces(response: ServerResponse, body: Buffer, size: number): Promise<void> {
  response.flushHeaders();
  for (let start = 0; start < body.length && !response.destroyed; start += size) {
    response.write(body.subarray(start, start + size));
    // A turn of the event loop sends what was written; without it Node would join the pieces.
    await nextTurn();
  }
  response.end();
}
