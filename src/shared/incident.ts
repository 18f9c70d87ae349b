import type { LoggerService } from '@backstage/backend-plugin-api';

/** @internal */
export interface Incident {
  /** Something failed. Warns at the first failure of a row. */
  fail(message: string): void;
  /** It works again. Ends the row, with a line that counts its failures when there was one. */
  recover(message: string): void;
}

/**
 * One pair of log lines per outage instead of one line per request.
 *
 * @internal
 */
export function createIncident(logger: LoggerService | undefined): Incident {
  let failures = 0;
  let since = 0;
  return {
    fail(message) {
      failures += 1;
      if (failures > 1) return;
      since = Date.now();
      logger?.warn(message);
    },
    recover(message) {
      if (failures === 0) return;
      const seconds = Math.round((Date.now() - since) / 1_000);
      logger?.info(
        `${message}, after ${failures} ${failures === 1 ? 'failure' : 'failures'} in ${seconds} s`,
      );
      failures = 0;
    },
  };
}
