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
  /** Standard error, if it is a terminal, for a progress bar. Default: none. */
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
