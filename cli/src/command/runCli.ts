import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../AuditError';
import { printable } from '../report';
import { auditCommand } from './auditCommand';
import type { AuditCommandOptions } from './auditCommand';
import { exitCodes } from './CliIo';
import type { CliIo } from './CliIo';
import { doctorCommand } from './doctorCommand';
import { explainCommand } from './explainCommand';
import type { ExplainCommandOptions } from './explainCommand';
import { failOnChoices } from './judgeReport';
import { readVersion } from './readVersion';
import type { WorldOptions } from './readWorld';

/**
 * Runs a command line.
 *
 * @param args - without the names of node and the program
 * @returns the exit code; never rejects for what a user can fix
 * @public
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = createProgram(io, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own message already. --help also ends this way.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.unusable;
    if (io.signal.aborted) {
      io.stderr('Interrupted before anything was read.\n');
      return exitCodes.interrupted;
    }
    if (!(error instanceof AuditError) && !isSignInError(error)) throw error;
    const text = isSignInError(error) ? `${error.code}: ${error.detail}` : error.message;
    io.stderr(`${printable(text)}\n`);
    return exitCodes.unusable;
  }
}

const help = `
Where the data comes from:
  config    app-config.yaml in this folder, or the files of --config
  users     Bitbucket, with BITBUCKET_TOKEN, or BITBUCKET_USERNAME and BITBUCKET_PASSWORD,
            or "directory" in the config; or the files of --users
  entities  the catalog at backend.baseUrl, with BACKSTAGE_TOKEN; or the files of --entities

Exit codes: 0 success, 1 a check or limit failed, 2 the command could not run, 130 interrupted.`;

/**
 * The command line.
 *
 * @param done - called with the exit code of the command
 * @internal
 */
export function createProgram(io: CliIo, done: (exitCode: number) => void): Command {
  const program = new Command('backstage-bitbucket-server')
    .description(
      'Finds out who can sign in to Backstage with Bitbucket Server, before anyone tries.',
    )
    .version(readVersion(), '--version', 'version of this program')
    .addHelpText('after', help)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride();

  withConfig(program.command('audit'))
    .description('check the sign-in of every Bitbucket user, and the data that it relies on')
    .option('--json [file]', 'write the whole report as JSON; without a file, to standard output')
    .option('--csv [file]', 'write the people as CSV; without a file, to standard output')
    .option('--html <file>', 'write an HTML page with filter and search; - is standard output')
    .option('--junit <file>', 'write limits, people and findings as tests, for Jenkins and Bamboo')
    .option('--sarif <file>', 'write the findings with file and line, for code scanning')
    .option('--fix', 'add missing user ids to entity files where there is no doubt; shows a diff')
    .option('--write-missing <file>', 'create User entities for people who have none; shows a diff')
    .option('--write', 'write the changes of --fix and --write-missing')
    .option('--limit <number>', 'number of people in the table', parseCount, 50)
    .option('--problems', 'list only people who should sign in and would not, in every format')
    .option('--fail-under <percent>', 'exit 1 if fewer people would sign in', parseFailUnder)
    .option(
      '--used-within <days>',
      'count only people who used Bitbucket within this time, such as 90d',
      parseDays,
    )
    .option(
      '--licensed <path>',
      'count only these people: JSON file or folder with the response of users?permission=LICENSED_USER',
    )
    .addOption(
      new Option(
        '--fail-on <what...>',
        'exit 1 on a conflict (ambiguous people, shared entities), on any danger, or if a sign-in changes (--compare)',
      ).choices(failOnChoices),
    )
    .addOption(
      repeatable(
        '--compare <file>',
        'compare with a JSON report or another config file: who gains, loses or becomes somebody else',
        'none',
      ),
    )
    .option('--baseline <file>', 'YAML file of accepted findings; exit 1 if there are others')
    .addHelpText('after', help)
    .action(async (options: AuditCommandOptions) => done(await auditCommand(options, io)));

  withConfig(program.command('explain'))
    .description('show each step of one sign-in, or who can become an entity')
    .argument(
      '<who>',
      'username, user id or email of a Bitbucket user, or an entity such as user:default/jane',
    )
    .option('--json', 'write JSON')
    .addHelpText('after', help)
    .action(async (who: string, options: ExplainCommandOptions) =>
      done(await explainCommand(who, options, io)),
    );

  withConfig(program.command('doctor'), false)
    .description('check config, Bitbucket, its OAuth endpoints and the catalog')
    .addHelpText('after', help)
    .action(async (options: WorldOptions) => done(await doctorCommand(options, io)));
  return program;
}

function repeatable(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, description)
    .argParser((file: string, files: string[]) => [...files, file])
    .default([], byDefault);
}

function withConfig(command: Command, withFiles = true): Command {
  command
    .addOption(
      repeatable(
        '--config <file>',
        'config file; can be given several times, the last one wins',
        'app-config.yaml and app-config.local.yaml',
      ),
    )
    .option('--env <name>', 'environment of the provider (default: auth.environment)');
  return withFiles
    ? command
        .option('--users <path>', 'read Bitbucket users from this JSON file or folder')
        .option('--entities <path>', 'read entities from this YAML or JSON file or folder')
    : command;
}

function parseCount(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a number of people.');
}

/**
 * Reads `90d` or `90`.
 *
 * @returns milliseconds
 * @throws InvalidArgumentError
 * @internal
 */
function parseDays(value: string): number {
  const days = /^\d{1,5}d?$/.test(value) ? Number.parseInt(value, 10) : 0;
  if (days > 0) return days * 24 * 60 * 60_000;
  throw new InvalidArgumentError('Give a number of days such as 90d.');
}

/**
 * Reads `98%` or `98`.
 *
 * @throws InvalidArgumentError
 * @internal
 */
function parseFailUnder(value: string): number {
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(value) ? Number.parseFloat(value) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError('Give a percentage such as 98%.');
}
