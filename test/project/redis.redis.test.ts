import { createConnection } from 'node:net';
import { once } from 'node:events';
import { startRedis } from '../support/redis';
import type { Redis } from '../support/redis';

describe('the Redis of the tests', () => {
  let redis: Redis;

  beforeEach(async () => {
    redis = await startRedis();
  });

  afterEach(() => redis.stop());

  async function connect() {
    const { hostname, port } = new URL(redis.url);
    const socket = createConnection(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  }

  it('answers', async () => {
    expect(await redis.command('PING')).toBe('+PONG\r\n');
  });

  it('keeps its connections and says nothing while it is frozen', async () => {
    const socket = await connect();
    const answers: string[] = [];
    socket.on('data', chunk => answers.push(String(chunk)));
    socket.write('PING\r\n');
    await once(socket, 'data');
    redis.freeze();
    socket.write('PING\r\n');
    const late = redis.command('PING');
    // While nobody answers here, another one has answered three questions.
    const other = await startRedis();
    for (let count = 0; count < 3; count += 1) await other.command('PING');
    await other.stop();
    expect(answers).toHaveLength(1);
    redis.thaw();
    await once(socket, 'data');
    expect(answers).toEqual([answers[0], answers[0]]);
    expect(await late).toBe('+PONG\r\n');
    socket.destroy();
  });

  it('drops its connections when it is killed, and comes back at the same place', async () => {
    const socket = await connect();
    // Killed or reset: either way it is gone.
    socket.on('error', () => {});
    const closed = new Promise(resolve => socket.once('close', resolve));
    await redis.kill();
    await closed;
    await expect(redis.command('PING')).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(await redis.command('PING')).toBe('+PONG\r\n');
  });

  it('can be killed while it is frozen', async () => {
    redis.freeze();
    await redis.kill();
    await expect(redis.command('PING')).rejects.toThrow('ECONNREFUSED');
  });
});
