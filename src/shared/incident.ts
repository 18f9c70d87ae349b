import type { LoggerService } from '@backstage/backend-plugin-api';

/** @internal */
export interface Incident {
  /** Reports a failure. Logs the first one of an outage, and returns whether this was the first. */
  fail(message: string, options?: IncidentOptions): boolean;
  /** Reports a success. Ends the outage, if there is one, with a line that counts its failures. */
  recover(message: string): void;
}

/** @internal */
export interface IncidentOptions {
  /** Of the line at the beginning. Default `warn`. */
  readonly level?: 'warn' | 'error';
  /** Goes with the line at the beginning. */
  readonly meta?: Readonly<Record<string, string>>;
}

/**
 * One pair of log lines per outage instead of one line per request.
 *
 * @param quietMs - how long nothing must have failed, in milliseconds, before a success ends an
 * outage. Without it, mixed successes and failures would each be an outage. Default 0
 * @internal
 */
export function createIncident(logger: LoggerService | undefined, quietMs = 0): Incident {
  let failures = 0;
  let since = 0;
  let latest = 0;
  return {
    fail(message, { level = 'warn', meta } = {}) {
      failures += 1;
      latest = Date.now();
      if (failures > 1) return false;
      since = latest;
      if (meta) logger?.[level](message, meta);
      else logger?.[level](message);
      return true;
    },
    recover(message) {
      if (failures === 0 || Date.now() - latest < quietMs) return;
      const seconds = Math.round(((quietMs > 0 ? latest : Date.now()) - since) / 1_000);
      logger?.info(
        `${message}, after ${failures} ${failures === 1 ? 'failure' : 'failures'} in ${seconds} s`,
      );
      failures = 0;
    },
  };
}
