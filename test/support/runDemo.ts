import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const projectDir = join(__dirname, '../..');

/** The demo as a process of its own, as `npm run demo` starts it. */
export interface DemoProcess {
  readonly pid: number;
  /** Everything written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match as soon as standard output has one; rejects when the process ends before. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the process is over and its output complete. */
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it without npm in between, which would leave the child behind, and in a process group of its own. */
export function runDemo(args: readonly string[], entry = 'demo/main.ts'): DemoProcess {
  const env = { ...process.env };
  // Jest sets it, and Backstage behaves differently under test.
  delete env.NODE_ENV;
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    cwd: projectDir,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  const exit = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return {
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    kill: signal => child.kill(signal),
    prints: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout);
          if (match) resolve(match);
        };
        child.stdout.on('data', look);
        look();
        void exit.then(({ code }) =>
          reject(new Error(`The demo ended with ${code} before it printed ${pattern}: ${stderr}`)),
        );
      }),
  };
}

/**
 * Resolves when no process of the group is left: neither the demo nor a child of it. A child that ends
 * because its parent did needs a moment for it, so this asks again until `timeoutMs`.
 *
 * @throws Error when one lives on.
 */
export async function groupEnds(pid: number, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (groupLives(pid)) {
    if (Date.now() > deadline) throw new Error(`A process of group ${pid} lives on`);
    await delay(10);
  }
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
