import type { LoggerService } from '@backstage/backend-plugin-api';

/** @internal */
export interface Incident {
  /** Warns at the first of a row. */
  happened(message: string): void;
  /** Ends the row, with a line when there was one. */
  over(message: string): void;
}

/**
 * One pair of log lines per incident instead of one per person.
 *
 * @internal
 */
export function createIncident(logger: LoggerService | undefined): Incident {
  let ongoing = false;
  return {
    happened(message) {
      if (!ongoing) logger?.warn(message);
      ongoing = true;
    },
    over(message) {
      if (ongoing) logger?.info(message);
      ongoing = false;
    },
  };
}
