import { join } from 'node:path';
import { checkExists, parseOptions, readContextPath, readPort } from '../commandLine';
import { DemoError } from '../DemoError';

const DEFAULT_PORT = 7990;

/** What the simulator needs to know to serve somebody's own Backstage. */
export interface OwnAppOptions {
  clientId: string;
  clientSecret: string;
  redirectUrls: string[];
  /** Scopes that the application link grants. */
  scopes: string[];
  /** Folder or file of Bitbucket user payloads. */
  users: string;
  /** 0 takes a free one. */
  port: number;
  contextPath?: string;
}

/** Text of `--help`. */
export const ownAppHelp = `Starts a simulated Bitbucket Server for a Backstage of your own, and prints what to put
into its app-config.yaml and its catalog.

  npm run demo:bitbucket -- --client-id <id> --client-secret <secret> --redirect-url <url>

  --client-id <id>           client ID of the application link: make one up
  --client-secret <secret>   client secret of the application link: make one up
  --redirect-url <url>       where your Backstage takes the answer; may be given several times:
                             http://localhost:7007/api/auth/bitbucketServer/handler/frame
  --scope <scope>            what the link grants; may be given several times (PUBLIC_REPOS)
  --users <folder>           Bitbucket users: payload files, as its REST API answers them
  --port <number>            port of Bitbucket (${DEFAULT_PORT})
  --context-path </path>     path under which Bitbucket lives (none)
  --help                     this text

Ctrl-C ends it.`;

/**
 * Reads the command line; `help` when it asks for {@link ownAppHelp}.
 *
 * @throws DemoError for an option that is unknown or missing, and for a bad value.
 */
export function readOwnAppOptions(args: string[]): OwnAppOptions | 'help' {
  const values = parseOptions(args, {
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'redirect-url': { type: 'string', multiple: true },
    scope: { type: 'string', multiple: true },
    users: { type: 'string' },
    port: { type: 'string' },
    'context-path': { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) return 'help';
  const redirectUrls = values['redirect-url'] ?? [];
  required('--redirect-url', redirectUrls[0]);
  redirectUrls.forEach(checkRedirectUrl);
  const scopes = values.scope ?? ['PUBLIC_REPOS'];
  scopes.forEach(checkScope);
  checkExists('--users', values.users ? [values.users] : []);
  return {
    clientId: required('--client-id', values['client-id']),
    clientSecret: required('--client-secret', values['client-secret']),
    redirectUrls,
    scopes,
    users: values.users ?? join(__dirname, '..', 'world', 'users'),
    port: readPort('--port', values.port, DEFAULT_PORT),
    contextPath: readContextPath(values['context-path']),
  };
}

function required(option: string, value: string | undefined): string {
  if (value?.trim()) return value;
  throw new DemoError(`${option} must be given and not be empty; see --help`);
}

function checkRedirectUrl(value: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hash) {
    throw new DemoError(
      `--redirect-url must be an http or https URL without a fragment, got '${value}'`,
    );
  }
}

function checkScope(value: string): void {
  if (!/^[A-Z_]+$/.test(value)) {
    throw new DemoError(`--scope must be one name like REPO_WRITE, got '${value}'`);
  }
}
