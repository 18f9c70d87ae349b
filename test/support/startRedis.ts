import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { freePort } from '../../bench/freePort';

export interface Redis {
  readonly url: string;
  /** Sends one inline command and gives the raw reply. */
  command(line: string): Promise<string>;
  /** Freezes the process: connections stay, nothing answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** A real Redis of its own, on a free port, without persistence. */
export async function startRedis(port?: number): Promise<Redis & { readonly port: number }> {
  const chosen = port ?? (await freePort());
  const options = [
    '--port',
    `${chosen}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  await untilReady(server);
  const ended = once(server, 'exit');
  return {
    port: chosen,
    url: `redis://127.0.0.1:${chosen}`,
    command: line => sendInline(chosen, line),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async stop() {
      server.kill('SIGCONT');
      server.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(server: ReturnType<typeof spawn>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let output = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.once('error', error => {
      const hint =
        'redis-server cannot be started; install it (Debian: apt-get install redis-server)';
      reject(new Error(`${hint}: ${error.message}`));
    });
    server.once('exit', code => {
      reject(new Error(`redis-server ended with ${code}: ${output}`));
    });
  });
}

async function sendInline(port: number, line: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.write(`${line}\r\nQUIT\r\n`);
  let reply = '';
  for await (const chunk of socket) reply += String(chunk);
  return reply;
}
