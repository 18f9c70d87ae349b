import type { LimitOptions } from '../report';

/** Options that several commands share. @internal */
export interface InputOptions {
  readonly config?: readonly string[];
  readonly env?: string;
  /** Files in place of Bitbucket. */
  readonly users?: string;
  /** Files in place of the catalog. */
  readonly entities?: string;
  /** Bitbucket's list of licensed users. For `audit` only. */
  readonly licensed?: string;
}

/** A file for each report; `-` is standard output. @internal */
export interface ReportTargets {
  readonly json?: string;
  readonly csv?: string;
  readonly html?: string;
  readonly junit?: string;
  readonly sarif?: string;
}

/** @internal */
export interface AuditOptions extends InputOptions, ReportTargets, LimitOptions {
  readonly limit: number;
  readonly problems?: boolean;
  /** The JSON report of an earlier audit, or the files of another config. */
  readonly compare?: readonly string[];
  readonly baseline?: string;
  /** Days. */
  readonly usedWithin?: number;
  /** Adds ids to entity files. */
  readonly fix?: boolean;
  /** A new file with `User` entities for people who have none. */
  readonly writeMissing?: string;
  /** Writes the files of the two instead of showing a diff. */
  readonly write?: boolean;
}
