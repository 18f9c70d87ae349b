import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DemoError } from './DemoError';

/**
 * Answers the port that may be listened on at 127.0.0.1: the wanted one, or a free one for 0. A wanted one
 * is free at ::1 too, because that is where many a browser goes first with `localhost`.
 *
 * @throws DemoError when it is taken; `option` is what the line tells to change.
 */
export async function choosePort(wanted: number, option: string): Promise<number> {
  try {
    const port = await listenOnce(wanted, '127.0.0.1');
    if (wanted !== 0) await listenOnce(wanted, '::1').catch(ignoreMissingIpv6);
    return port;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new DemoError(
      code === 'EADDRINUSE'
        ? `Port ${wanted} is already in use; choose another with ${option}`
        : `Port ${wanted} cannot be used (${code}); choose another with ${option}`,
    );
  }
}

async function listenOnce(wanted: number, host: string): Promise<number> {
  const server = createServer();
  server.listen(wanted, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function ignoreMissingIpv6(error: NodeJS.ErrnoException): void {
  if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code ?? '')) throw error;
}
