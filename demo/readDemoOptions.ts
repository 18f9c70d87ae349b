import { checkExists, parseOptions, readContextPath, readPort } from './commandLine';
import type { DemoOptions } from './Demo';
import { DemoError } from './DemoError';

const defaultPorts = { backstage: 7007, bitbucket: 7990 };

/** Text of `--help`. */
export const demoHelp = `Starts a Backstage and a Bitbucket Server on this machine, to try the sign-in.

  npm run demo -- [options]

  --users <folder>           Bitbucket users: payload files, as its REST API answers them
  --catalog <file.yaml>      entities of Backstage's catalog
  --config <file.yaml>       app-config on top of the demo's own; may be given several times
  --port <number>            port of Backstage (${defaultPorts.backstage})
  --bitbucket-port <number>  port of Bitbucket (${defaultPorts.bitbucket})
  --context-path </path>     path under which Bitbucket lives (none)
  --redirect-flow            sign in by a redirect instead of a popup
  --help                     this text

Two samples for --config, with the same people:
  demo/world/strict.app-config.yaml  attributes that must agree, emails that people cannot edit
                                     themselves, domains, namespaces, parent groups
  demo/world/guests.app-config.yaml  people who are in no catalog may come in

Ctrl-C ends it.`;

/**
 * Reads the command line of the demo; `help` when it asks for {@link demoHelp}.
 *
 * @throws DemoError for an unknown option, a bad value and a file that does not exist.
 */
export function readDemoOptions(args: string[]): DemoOptions | 'help' {
  const values = parseOptions(args, {
    users: { type: 'string' },
    catalog: { type: 'string' },
    config: { type: 'string', multiple: true },
    port: { type: 'string' },
    'bitbucket-port': { type: 'string' },
    'context-path': { type: 'string' },
    'redirect-flow': { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) return 'help';
  checkExists('--users', values.users ? [values.users] : []);
  checkExists('--catalog', values.catalog ? [values.catalog] : []);
  checkExists('--config', values.config ?? []);
  const port = readPort('--port', values.port, defaultPorts.backstage);
  const bitbucketPort = readPort(
    '--bitbucket-port',
    values['bitbucket-port'],
    defaultPorts.bitbucket,
  );
  if (port === bitbucketPort && port !== 0) {
    throw new DemoError(`--port and --bitbucket-port must be different, got ${port} for both`);
  }
  return {
    users: values.users,
    catalog: values.catalog,
    configFiles: values.config,
    port,
    bitbucketPort,
    contextPath: readContextPath(values['context-path']),
    redirectFlow: values['redirect-flow'],
  };
}
