import type { LoggerService } from '@backstage/backend-plugin-api';

/** Keeps the lines, by level. */
export function createLogRecorder() {
  const lines: string[] = [];
  const keep = (level: string) => (message: string | Error) => {
    lines.push(`${level}: ${String(message)}`);
  };
  const logger: LoggerService = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: () => logger,
  };
  return { logger, lines };
}
