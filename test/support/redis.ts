import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { freePort } from '../../bench/freePort';

/** A real Redis that a test may break; only for files named `*.redis.test.ts`. */
export interface Redis {
  /** Stays the same over a {@link Redis.kill} and a {@link Redis.restart}. */
  readonly url: string;
  /** Sends one inline command and resolves with the raw reply. */
  command(line: string): Promise<string>;
  /** Connections stay, and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Ends at once, without a word to those who are connected. */
  kill(): Promise<void>;
  /** After a {@link Redis.kill}. What was stored may be there or not. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A `redis-server` of its own, without persistence. Where there is none, the server at
 * `BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING`, through a connection that can be broken.
 */
export async function startRedis(): Promise<Redis> {
  const { BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING: remote } = process.env;
  try {
    return await startOwnRedis();
  } catch (error) {
    if (!isMissingProgram(error)) throw error;
    if (remote) return startWayToRedis(new URL(remote));
    throw new Error(
      'There is no Redis: install redis-server (Debian: apt-get install redis-server), ' +
        'or set BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING',
    );
  }
}

function isMissingProgram(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function startOwnRedis(): Promise<Redis> {
  const port = await freePort();
  const url = new URL(`redis://127.0.0.1:${port}`);
  let server = await startServer(port);

  async function kill() {
    const ended = server.exitCode ?? server.signalCode ?? once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
  return {
    url: url.href,
    command: line => sendInline(url, line),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    kill,
    restart: async () => {
      server = await startServer(port);
    },
    stop: kill,
  };
}

async function startServer(port: number) {
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', code => {
      reject(new Error(`redis-server ended with ${code}: ${output}`));
    });
  });
  return server;
}

/** Somebody else's server is not ended: the way to it is. */
async function startWayToRedis(remote: URL): Promise<Redis> {
  if (remote.protocol !== 'redis:') {
    throw new Error('BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING must be a redis:// URL');
  }
  const sockets = new Set<Socket>();
  const otherEnds = new WeakMap<Socket, Socket>();
  let frozen = false;

  function passOn(near: Socket) {
    const far = createConnection(Number(remote.port || 6379), remote.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      otherEnds.set(from, to);
      if (!frozen) from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function listen(port: number): Promise<Server> {
    const listening = createServer(passOn).listen(port, '127.0.0.1');
    await once(listening, 'listening');
    return listening;
  }
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(remote);
  url.hostname = '127.0.0.1';
  url.port = `${port}`;

  async function kill() {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    frozen = false;
    await closed;
  }
  return {
    url: url.href,
    command: line => sendInline(url, line),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.pipe(otherEnds.get(socket)!);
    },
    kill,
    restart: async () => {
      server = await listen(port);
    },
    stop: kill,
  };
}

async function sendInline({ hostname, port, username, password }: URL, line: string) {
  const socket = createConnection(Number(port), hostname);
  const auth = password ? [`AUTH ${username || 'default'} ${decodeURIComponent(password)}`] : [];
  socket.write([...auth, line, 'QUIT', ''].join('\r\n'));
  let reply = '';
  for await (const chunk of socket) reply += String(chunk);
  return reply.slice(auth.length > 0 ? reply.indexOf('\r\n') + 2 : 0).replace(/\+OK\r\n$/, '');
}
