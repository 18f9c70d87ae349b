import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { UserLookupAnswer, UserLookupStats, UserQuery } from '../../../src/lookup';

interface Reply {
  readonly answer: UserLookupAnswer;
  readonly stats: UserLookupStats;
}

/**
 * A backend in a process of its own. What a Redis client throws when its server dies goes to the
 * handlers that Backstage puts on the process; a test runner has none of them.
 */
export async function startCacheProcess(redisUrl: string) {
  const child = fork(join(__dirname, 'cacheProcess.ts'), [redisUrl], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr!.on('data', chunk => (errors += String(chunk)));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the backend ended with ${String(code)}: ${errors}`);
  });
  const reply = async () => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
    return message;
  };
  await reply();
  return {
    async find(query: UserQuery): Promise<Reply> {
      const answered = reply();
      child.send(query);
      return (await answered) as Reply;
    },
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await ended.catch(() => 'that is what was wanted');
    },
  };
}
