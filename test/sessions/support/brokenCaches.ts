import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A server on the way to a Redis, or in its place. */
export interface CacheServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Passes everything on to a Redis, and its answers after some time. */
export function startSlowWay(redisUrl: string, delayMs: number, port = 0): Promise<CacheServer> {
  const { port: target } = new URL(redisUrl);
  return listen(port, near => {
    const far = createConnection(Number(target), '127.0.0.1');
    // Small packets must wait for nothing but the delay.
    for (const socket of [near, far]) socket.setNoDelay();
    near.pipe(far);
    far.on('data', chunk => setTimeout(() => near.write(chunk), delayMs));
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
}

/** Answers whatever is said to it with what no Redis says. */
export function startNonsense(): Promise<CacheServer> {
  return listen(0, socket => {
    socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n<html>'));
  });
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<CacheServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The other end is broken on purpose, or killed.
    socket.on('error', () => socket.destroy());
    onConnection(socket);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${chosen}`,
    port: chosen,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
