import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../AuditError';
import { failOnChoices, printable } from '../report';
import { auditCommand } from './auditCommand';
import type { AuditOptions } from './auditCommand';
import { exitCodes, withProgress } from './CliIo';
import type { CliIo, CommandIo } from './CliIo';
import { doctorCommand } from './doctorCommand';
import { explainCommand } from './explainCommand';
import type { ExplainOptions } from './explainCommand';
import type { InputOptions } from './readInput';
import { readVersion } from './writeReports';

/**
 * Runs a command line.
 *
 * @param args - without the names of node and the program
 * @returns the exit code; never rejects for what a user can fix
 * @public
 */
export async function runCli(args: readonly string[], cliIo: CliIo): Promise<number> {
  const io = withProgress(cliIo);
  let exitCode: number = exitCodes.ok;
  try {
    const program = createProgram(io, code => void (exitCode = code));
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own message already. --help also ends this way.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.unusable;
    const isExpected = error instanceof AuditError || isSignInError(error);
    if (io.signal.aborted) {
      const what = error instanceof AuditError ? `; ${printable(error.message)}` : '';
      io.stderr(`Interrupted${what}.\nNothing was decided.\n`);
      return exitCodes.interrupted;
    }
    if (!isExpected) throw error;
    const text = isSignInError(error) ? `${error.code}: ${error.detail}` : error.message;
    io.stderr(`${printable(text)}\n`);
    return exitCodes.unusable;
  } finally {
    io.endProgress();
  }
}

const help = `
Where the data comes from:
  config    app-config.yaml in this folder, or the files of --config
  users     Bitbucket, with BITBUCKET_TOKEN, or BITBUCKET_USERNAME and BITBUCKET_PASSWORD,
            or "directory" in the config; or the files of --users
  entities  the catalog at backend.baseUrl, with BACKSTAGE_TOKEN; or the files of --entities

Exit codes: 0 success, 1 a check or limit failed, 2 the command could not run, 130 interrupted.`;

function createProgram(io: CommandIo, end: (exitCode: number) => void): Command {
  const program = new Command('backstage-bitbucket-server')
    .description(
      'Finds out who can sign in to Backstage with Bitbucket Server, before anyone tries.',
    )
    .version(readVersion(), '--version', 'version of this program')
    .addHelpText('afterAll', help)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride();
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .addOption(
        repeatable(
          '--config <file>',
          'config file; can be given several times, the last one wins',
          'app-config.yaml and app-config.local.yaml',
        ),
      )
      .option('--env <name>', 'environment of the provider (default: auth.environment)');
  const commandWithFiles = (name: string, description: string) =>
    command(name, description)
      .option('--users <path>', 'read Bitbucket users from this JSON file or folder')
      .option('--entities <path>', 'read entities from this YAML or JSON file or folder');

  commandWithFiles(
    'audit',
    'check the sign-in of every Bitbucket user, and the data that it relies on',
  )
    .addOption(
      new Option(
        '--json [file]',
        'write the whole report as JSON; without a file, to standard output',
      ).preset('-'),
    )
    .addOption(
      new Option(
        '--csv [file]',
        'write the people as CSV; without a file, to standard output',
      ).preset('-'),
    )
    .option('--html <file>', 'write an HTML page with filter and search; - is standard output')
    .option('--junit <file>', 'write limits, people and findings as tests, for Jenkins and Bamboo')
    .option('--sarif <file>', 'write the findings with file and line, for code scanning')
    .option('--fix', 'add missing user ids to entity files where there is no doubt; shows a diff')
    .option('--write-missing <file>', 'create User entities for people who have none; shows a diff')
    .option('--write', 'write the changes of --fix and --write-missing')
    .option(
      '--limit <number>',
      'number of people in the table',
      numberLike(/^\d{1,9}$/, 'a number of people'),
      50,
    )
    .option('--problems', 'list only people who should sign in and would not, in every format')
    .option(
      '--fail-under <percent>',
      'exit 1 if fewer people would sign in',
      numberLike(/^\d{1,3}(\.\d+)?%?$/, 'a percentage such as 98%', 100),
    )
    .option(
      '--used-within <days>',
      'count only people who used Bitbucket within this time, such as 90d',
      numberLike(/^[1-9]\d{0,4}d?$/, 'a number of days such as 90d'),
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
    .action(async (options: AuditOptions) => end(await auditCommand(options, io)));

  commandWithFiles('explain', 'show each step of one sign-in, or who can become an entity')
    .argument(
      '<who>',
      'username, user id or email of a Bitbucket user, or an entity such as user:default/jane',
    )
    .option('--json', 'write JSON')
    .action(async (who: string, options: ExplainOptions) =>
      end(await explainCommand(who, options, io)),
    );

  command('doctor', 'check config, Bitbucket, its OAuth endpoints and the catalog').action(
    async (options: InputOptions) => end(await doctorCommand(options, io)),
  );
  return program;
}

function repeatable(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, description)
    .argParser((file: string, files: string[]) => [...files, file])
    .default([], byDefault);
}

/** A parser of numbers that are written in one way, such as `98%`. */
function numberLike(pattern: RegExp, what: string, max = Number.POSITIVE_INFINITY) {
  return (value: string): number => {
    const number = pattern.test(value) ? Number.parseFloat(value) : Number.NaN;
    if (number <= max) return number;
    throw new InvalidArgumentError(`Give ${what}.`);
  };
}
