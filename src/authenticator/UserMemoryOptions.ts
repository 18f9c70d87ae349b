import type { LoggerService } from '@backstage/backend-plugin-api';

export interface UserMemoryOptions {
  readonly baseUrl: string;
  /** Milliseconds for which a user is fresh. */
  readonly ttlMs: number;
  readonly now: () => number;
  readonly logger?: LoggerService;
}
