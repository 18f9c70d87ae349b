import type { AuditReport } from '../audit';
import type { Comparison } from '../compare';

/**
 * A limit that was set for an audit, such as `--fail-under 98 %`.
 *
 * @public
 */
export interface Limit {
  readonly name: string;
  /** Why it failed; absent when it holds. */
  readonly failure?: string;
}

/**
 * A report with what was asked of it.
 *
 * @public
 */
export interface JudgedReport extends AuditReport {
  /** The people who are listed. Default: all. */
  readonly listed?: 'problems';
  readonly limits?: readonly Limit[];
  readonly comparison?: Comparison;
}
