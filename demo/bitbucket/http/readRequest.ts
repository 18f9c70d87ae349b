import type { IncomingMessage } from 'node:http';

/** A request that was read to its end. */
export interface ReadRequest {
  /** As on the wire. */
  wirePath: string;
  /** Below the context path; empty when the request is outside of it. */
  path: string;
  query: URLSearchParams;
  /** Fields of a form body; empty for any other body. */
  form: URLSearchParams;
  body: string;
}

/** Reads the request; undefined when the client went away meanwhile. */
export async function readRequest(
  incoming: IncomingMessage,
  contextPath: string,
): Promise<ReadRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
  } catch (error) {
    if (incoming.destroyed) {
      return undefined;
    }
    throw error;
  }
  // Not `new URL`: it would resolve dot segments that a strange slug may contain.
  const [wirePath = '', ...rest] = (incoming.url ?? '').split('?');
  const inside = wirePath === contextPath || wirePath.startsWith(`${contextPath}/`);
  const body = Buffer.concat(chunks).toString('utf8');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(
    incoming.headers['content-type'] ?? '',
  );
  return {
    wirePath,
    path: inside ? wirePath.slice(contextPath.length) || '/' : '',
    query: new URLSearchParams(rest.join('?')),
    form: new URLSearchParams(isForm ? body : ''),
    body,
  };
}
