import type { LoggerService } from '@backstage/backend-plugin-api';

interface FirstLine {
  /** Default `warn`. */
  readonly level?: 'warn' | 'error';
  readonly meta?: Readonly<Record<string, string>>;
}

/**
 * One pair of log lines per outage instead of one line per request.
 *
 * @param quietMs - how long nothing must have failed, in milliseconds, before a success ends an
 * outage. Without it, mixed successes and failures would each be an outage
 */
export function createIncident(logger: LoggerService | undefined, quietMs = 0) {
  let failures = 0;
  let since = 0;
  let latest = 0;
  return {
    /** Reports a failure. Logs the first one of an outage, and returns whether this was the first. */
    fail(message: string, { level = 'warn', meta }: FirstLine = {}): boolean {
      failures += 1;
      latest = Date.now();
      if (failures > 1) return false;
      since = latest;
      if (meta) logger?.[level](message, meta);
      else logger?.[level](message);
      return true;
    },
    /** Reports a success. Ends the outage, if there is one, with a line that counts its failures. */
    recover(message: string): void {
      if (failures === 0 || Date.now() - latest < quietMs) return;
      const seconds = Math.round(((quietMs > 0 ? latest : Date.now()) - since) / 1_000);
      logger?.info(
        `${message}, after ${failures} ${failures === 1 ? 'failure' : 'failures'} in ${seconds} s`,
      );
      failures = 0;
    },
  };
}
