/**
 * What a command has of the outside world, so that tests can give it another one.
 *
 * @public
 */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder in which `app-config.yaml` is looked for. */
  readonly cwd: string;
  /** Whether standard output is a terminal that shows colours. */
  readonly isTerminal: boolean;
  /** The terminal of standard error, for a progress bar. Default: nobody watches. */
  readonly progress?: NodeJS.WritableStream;
  /** Columns of the terminal. */
  readonly width: number;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * What a command ends with.
 *
 * @public
 */
export const exitCodes = {
  ok: 0,
  /** `--fail-under`, `--fail-on`, a failed check of the doctor, or a person who would not sign in. */
  failed: 1,
  /** Wrong options, config or data, or a server that cannot be asked. */
  unusable: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
