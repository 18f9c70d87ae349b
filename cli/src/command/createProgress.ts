import { Presets, SingleBar } from 'cli-progress';
import type { CliIo } from './CliIo';

/** @internal */
export interface Progress {
  /** `total` is unknown where a server does not say how many there are. */
  update(what: string, done: number, total?: number): void;
  /** Clears the line. */
  stop(): void;
}

/**
 * A progress bar on standard error, one at a time; nothing at all when nobody watches.
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
            // Ctrl-C is the program's business, which says what is missing.
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
