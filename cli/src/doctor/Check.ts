/**
 * One line of the doctor.
 *
 * @public
 */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly text: string;
  /** What to do about it. */
  readonly mend?: string;
}
