import type { Config } from '@backstage/config';

/** @internal */
export interface DoctorInput {
  readonly config: Config;
  /** Name of the environment. Default: `auth.environment`, else the only one. */
  readonly env?: string;
  /**
   * Reads the value of the `Authorization` header of the Bitbucket credential from the config of the
   * environment and its path; may throw.
   */
  readonly readAuthorization: (config: Config, path: string) => string | undefined;
  /** Token for the catalog. Default: none. */
  readonly catalogToken?: string;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}
