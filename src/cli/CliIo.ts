/**
 * What a command has of the outside world, so that tests can give it another one.
 *
 * @internal
 */
export interface CliIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder in which `app-config.yaml` is looked for. */
  readonly cwd: string;
  /** Whether somebody watches: progress bar and colours. */
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}
