import { Presets, SingleBar } from 'cli-progress';
import type { CliIo } from './CliIo';

/** @internal */
export interface Progress {
  /** `total` is unknown if the server does not send it. */
  update(what: string, done: number, total?: number): void;
  /** Clears the line. */
  stop(): void;
}

/**
 * A progress bar on standard error, one at a time; none if that is not a terminal.
 *
 * @internal
 */
export function createProgress({ progress: stream }: Pick<CliIo, 'progress'>): Progress {
  if (!stream) return { update: () => undefined, stop: () => undefined };
  let bar: SingleBar | undefined;
  let current = '';
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    update(what, done, total) {
      if (what !== current || !bar) {
        stop();
        current = what;
        bar = new SingleBar(
          {
            format: total === undefined ? `{value} ${what}` : `{bar} {value}/{total} ${what}`,
            clearOnComplete: true,
            // The program handles Ctrl-C itself, and reports what is missing.
            gracefulExit: false,
            hideCursor: false,
            stream,
          },
          Presets.shades_classic,
        );
        bar.start(total ?? 0, done);
      }
      if (total !== undefined) bar.setTotal(total);
      bar.update(done);
    },
    stop,
  };
}
