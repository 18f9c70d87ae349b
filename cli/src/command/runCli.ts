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
 * @returns the exit code; never rejects for what a user can mend
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
    // Commander has written its own line already; --help ends this way too.
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
  config    app-config.yaml of this folder, or the files of --config
  users     Bitbucket, with BITBUCKET_TOKEN, or BITBUCKET_USERNAME and BITBUCKET_PASSWORD,
            or "directory" of the config; or the files of --users
  entities  the catalog at backend.baseUrl, with BACKSTAGE_TOKEN; or the files of --entities

Exit codes: 0 fine, 1 a check or limit failed, 2 it could not be done, 130 interrupted.`;

/**
 * The command line.
 *
 * @param done - is told the exit code of the command
 * @internal
 */
export function createProgram(io: CliIo, done: (exitCode: number) => void): Command {
  const program = new Command('backstage-bitbucket-server')
    .description('Tells who can sign in to Backstage with Bitbucket Server, before anyone tries.')
    .version(readVersion(), '--version', 'version of this program')
    .addHelpText('after', help)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride();

  withConfig(program.command('audit'))
    .description('decides the sign-in of every Bitbucket user, and looks for trouble in the data')
    .option('--json [file]', 'the whole report as JSON, to standard output without a file')
    .option('--csv [file]', 'the people as CSV, to standard output without a file')
    .option(
      '--html <file>',
      'one page to open from disk, with filter and search; - is standard output',
    )
    .option('--junit <file>', 'the limits, people and findings as tests, for Jenkins and Bamboo')
    .option('--sarif <file>', 'the findings with file and line, for code scanning')
    .option(
      '--fix',
      'adds the missing id annotation to entity files, where nothing is in doubt; shows a diff',
    )
    .option(
      '--write-missing <file>',
      'a file with User entities for people who have none; shows a diff',
    )
    .option('--write', 'writes what --fix and --write-missing would change')
    .option('--limit <number>', 'most people in the table', parseCount, 50)
    .option('--problems', 'only people who should sign in and would not, in every format')
    .option('--fail-under <percent>', 'exit 1 when fewer people would sign in', parseFailUnder)
    .option(
      '--used-within <days>',
      'only who used Bitbucket within, such as 90d, counts',
      parseDays,
    )
    .addOption(
      new Option(
        '--fail-on <what...>',
        'exit 1 on a conflict (ambiguous people, shared entities), on any dangerous finding, or when a sign-in changes (--compare)',
      ).choices(failOnChoices),
    )
    .addOption(
      repeatable(
        '--compare <file>',
        'JSON report of an earlier audit, or another config file: who gains, loses, or becomes somebody else',
      ),
    )
    .option('--baseline <file>', 'findings that are accepted, as YAML; exit 1 on any other')
    .addHelpText('after', help)
    .action(async (options: AuditCommandOptions) => done(await auditCommand(options, io)));

  withConfig(program.command('explain'))
    .description('shows what every step does for one person, or who can become an entity')
    .argument(
      '<who>',
      'username, user id or email of a Bitbucket user, or an entity such as user:default/jane',
    )
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(async (who: string, options: ExplainCommandOptions) =>
      done(await explainCommand(who, options, io)),
    );

  withConfig(program.command('doctor'), false)
    .description('checks config, Bitbucket, its OAuth endpoints, and the catalog')
    .addHelpText('after', help)
    .action(async (options: WorldOptions) => done(await doctorCommand(options, io)));
  return program;
}

function repeatable(flags: string, description: string, usual?: string): Option {
  return new Option(flags, description)
    .argParser((file: string, files: string[]) => [...files, file])
    .default([], usual);
}

function withConfig(command: Command, withFiles = true): Command {
  command
    .addOption(
      repeatable(
        '--config <file>',
        'config file; may be given several times, the later wins',
        'app-config.yaml and app-config.local.yaml',
      ),
    )
    .option('--env <name>', 'environment of the provider (default: auth.environment)');
  return withFiles
    ? command
        .option('--users <path>', 'JSON file or folder of Bitbucket users instead of Bitbucket')
        .option('--entities <path>', 'YAML or JSON file or folder instead of the catalog')
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
