import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DemoError } from './DemoError';

/**
 * Answers the port that may be listened on at 127.0.0.1: the wanted one, or a free one for 0.
 *
 * @throws DemoError when it is taken; `option` is what the line tells to change.
 */
export async function choosePort(wanted: number, option: string): Promise<number> {
  const server = createServer();
  try {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new DemoError(
      code === 'EADDRINUSE'
        ? `Port ${wanted} is already in use; choose another with ${option}`
        : `Port ${wanted} cannot be used (${code}); choose another with ${option}`,
    );
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
