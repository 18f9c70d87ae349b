import type { RootLoggerService } from '@backstage/backend-plugin-api';

export interface LogSpy {
  readonly logger: RootLoggerService;
  /** Every line with everything that was given to it, as text. */
  readonly lines: string[];
}

/** A logger that keeps what it is given, levels that are off in production included. */
export function createLogSpy(): LogSpy {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (message: string, meta?: unknown): void => {
      const extra = meta instanceof Error ? `${meta.stack} ${JSON.stringify(meta)}` : meta;
      lines.push(`${level} ${message} ${JSON.stringify(extra) ?? ''}`);
    };
  const logger: RootLoggerService = {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    child: () => logger,
  };
  return { logger, lines };
}
