import type { LoggerService, RootLoggerService } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';

type Level = 'error' | 'warn' | 'info' | 'debug';

/** A line of the backend's log. */
export interface LogLine {
  readonly level: Level;
  /** Id of the plugin, or `root`. */
  readonly plugin: string;
  /** Message and, behind it, what was logged with it. Not redacted, so that a test sees a leak. */
  readonly text: string;
}

/** A root logger that hands every line on. */
export function createLogRecorder(onLine: (line: LogLine) => void): RootLoggerService {
  return childLogger({}, onLine);
}

function childLogger(context: JsonObject, onLine: (line: LogLine) => void): LoggerService {
  const { plugin = 'root' } = context;
  const log = (level: Level) => (message: string, meta?: Error | JsonObject) => {
    const more = meta === undefined ? '' : ` ${describe(meta)}`;
    onLine({ level, plugin: String(plugin), text: `${message}${more}` });
  };
  return {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    child: meta => childLogger({ ...context, ...meta }, onLine),
  };
}

function describe(meta: Error | JsonObject): string {
  return meta instanceof Error ? (meta.stack ?? String(meta)) : JSON.stringify(meta);
}
