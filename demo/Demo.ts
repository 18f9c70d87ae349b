import type { BackendFeature } from '@backstage/backend-plugin-api';
import type { JsonObject } from '@backstage/types';
import type { BitbucketSimulator } from './bitbucket/BitbucketSimulator';
import type { LogLine } from './createLogRecorder';

/** Options of {@link startDemo}; each has the default of the demo. */
export interface DemoOptions {
  /** Folder (or file) of Bitbucket user payloads. Default: `demo/world/users`. */
  users?: string;
  /** Catalog file. Default: `demo/world/catalog.yaml`. */
  catalog?: string;
  /** Config files on top of `demo/world/app-config.yaml`; the later one wins. Default: none. */
  configFiles?: readonly string[];
  /** Config on top of all files. Default: none. */
  config?: JsonObject;
  /** `backend.database` of the config. Default: SQLite in memory. */
  database?: JsonObject;
  /** Port of Backstage; 0 takes a free one. Default: 0. */
  port?: number;
  /** Port of the Bitbucket simulator; 0 takes a free one. Default: 0. */
  bitbucketPort?: number;
  /** Context path of the Bitbucket simulator, for example `/bitbucket`. Default: none. */
  contextPath?: string;
  /** Sign in by redirecting the page instead of opening a popup. Default: false. */
  redirectFlow?: boolean;
  /** Bundle and serve the frontend. Default: true. */
  frontend?: boolean;
  /** Scopes that the application link grants. Default: `PUBLIC_REPOS`. */
  linkScopes?: string[];
  /** Further plugins and modules of the backend. Default: none. */
  features?: readonly BackendFeature[];
  /** Called for every log line of the backend as it comes. */
  onLog?: (line: LogLine) => void;
}

/** A running demo: Backstage and a Bitbucket Server, both on this machine only. */
export interface Demo {
  /** Where the browser goes. */
  readonly appUrl: string;
  /** Where the plugins are: `<backendUrl>/api/<plugin>`. */
  readonly backendUrl: string;
  readonly bitbucket: BitbucketSimulator;
  /** Log lines of the backend so far, as `<plugin> <level> <text>`. */
  readonly logs: readonly string[];
  /** Ends everything and closes every port. May be called twice. */
  stop(): Promise<void>;
}
