import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process answers to, by name; everything goes over as JSON. */
export type Handlers = Record<string, (input: never) => unknown>;

/** A process of the bench. */
export interface Remote<H extends Handlers> {
  call<Name extends keyof H & string>(
    name: Name,
    input: Parameters<H[Name]>[0],
  ): Promise<Awaited<ReturnType<H[Name]>>>;
  /** Ends it; by default at once, without a chance to do anything about it. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: never;
}

/** Starts a file as a process of its own, which ends with this one. */
export function startProcess<H extends Handlers>(
  file: string,
  env: NodeJS.ProcessEnv = {},
): Remote<H> {
  const child = fork(file, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  const ended = once(child, 'exit').then(([code]) => {
    const error = new Error(`${file} ended with code ${String(code)}`);
    waiting.forEach(({ reject }) => reject(error));
    waiting.clear();
  });
  child.on('message', ({ id, result, error }: Answer) => {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) caller?.resolve(result);
    else caller?.reject(new Error(`${file}: ${error}`));
  });
  return {
    call: (name, input) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id: last, name, input }, error => error && reject(error));
      }),
    async stop(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}

/** The other end of {@link startProcess}. */
export function serveParent(handlers: Handlers): void {
  const answer = (message: Answer) => process.send!(message);
  process.on('message', ({ id, name, input }: Question) => {
    Promise.resolve()
      .then(() => handlers[name]!(input))
      .then(
        result => answer({ id, result }),
        (error: unknown) => answer({ id, error: String(error) }),
      );
  });
  // The parent is gone when the channel closes: leave no server behind.
  process.on('disconnect', () => process.exit(0));
}
