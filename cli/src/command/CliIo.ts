/**
 * The environment of a command. Tests replace it.
 *
 * @public
 */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder with `app-config.yaml`. */
  readonly cwd: string;
  /** Whether standard output is a terminal that shows colours. */
  readonly isTerminal: boolean;
  /** Standard error, if it is a terminal, for the progress. Default: none. */
  readonly progress?: NodeJS.WritableStream;
  /** Columns of the terminal. */
  readonly width: number;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * The exit codes of commands.
 *
 * @public
 */
export const exitCodes = {
  ok: 0,
  /** `--fail-under`, `--fail-on`, a failed check of the doctor, or a person who would not sign in. */
  failed: 1,
  /** Wrong options, config or data, or a server that does not answer. */
  unusable: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** The same for the code of a command, which tells how far it is. @internal */
export interface CommandIo extends CliIo {
  /** `total` is unknown if the server does not send it. */
  onProgress(what: string, done: number, total?: number): void;
  readonly endProgress: () => void;
}

/**
 * Shows the progress in one line, until something else is written.
 *
 * @internal
 */
export function withProgress(io: CliIo): CommandIo {
  let isShown = false;
  const endProgress = () => {
    if (isShown) io.progress?.write('\r\u001b[K');
    isShown = false;
  };
  const after = (write: (text: string) => void) => (text: string) => {
    endProgress();
    write(text);
  };
  return {
    ...io,
    stdout: after(io.stdout),
    stderr: after(io.stderr),
    onProgress(what, done, total) {
      const all = total === undefined ? '' : ` of ${total}`;
      io.progress?.write(`\r${done}${all} ${what}\u001b[K`);
      isShown = true;
    },
    endProgress,
  };
}
