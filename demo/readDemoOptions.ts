import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
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
  const values = parse(args);
  if (values.help) return 'help';
  for (const [option, paths] of [
    ['--users', values.users ? [values.users] : []],
    ['--catalog', values.catalog ? [values.catalog] : []],
    ['--config', values.config ?? []],
  ] as const) {
    const missing = paths.find(path => !existsSync(path));
    if (missing !== undefined) throw new DemoError(`${option}: there is no ${missing}`);
  }
  return {
    users: values.users,
    catalog: values.catalog,
    configFiles: values.config,
    port: readPort('--port', values.port, defaultPorts.backstage),
    bitbucketPort: readPort('--bitbucket-port', values['bitbucket-port'], defaultPorts.bitbucket),
    contextPath: readContextPath(values['context-path']),
    redirectFlow: values['redirect-flow'],
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      allowPositionals: false,
      options: {
        users: { type: 'string' },
        catalog: { type: 'string' },
        config: { type: 'string', multiple: true },
        port: { type: 'string' },
        'bitbucket-port': { type: 'string' },
        'context-path': { type: 'string' },
        'redirect-flow': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    // Node's message may go on for several sentences; the first one says what is wrong.
    const [problem] = (error as Error).message.split(/[.\n]/);
    throw new DemoError(`${problem}; see --help`);
  }
}

function readPort(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (!(port <= 65_535)) {
    throw new DemoError(`${option}: '${value}' is no port; give a number from 0 to 65535`);
  }
  return port;
}

function readContextPath(value: string | undefined): string | undefined {
  if (value === undefined || /^(\/[\w.-]+)+$/.test(value)) return value;
  throw new DemoError(`--context-path: '${value}' is no path like /bitbucket`);
}
