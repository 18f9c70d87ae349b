import { isSignInError } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AuditError } from '../AuditError';
import { failOnChoices, printable } from '../report';
import { auditCommand } from './auditCommand';
import { exitCodes, withProgress } from './CliIo';
import type { CliIo, CommandIo } from './CliIo';
import { doctorCommand } from './doctorCommand';
import { explainCommand } from './explainCommand';
import type { ExplainOptions } from './explainCommand';
import type { AuditOptions, InputOptions } from './options';
import { readVersion } from './writeReports';

/**
 * Runs a command line.
 *
 * @param args - without the names of node and the program
 * @returns the exit code; never rejects for what a user can fix
 * @public
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const commandIo = withProgress(io);
  let exitCode: number = exitCodes.ok;
  try {
    const program = createProgram(commandIo, code => void (exitCode = code));
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own message already. --help also ends this way.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.unusable;
    const isKnown = error instanceof AuditError;
    if (io.signal.aborted) {
      const what = isKnown ? `; ${printable(error.message)}` : '';
      commandIo.stderr(`Interrupted${what}.\nNothing was decided.\n`);
      return exitCodes.interrupted;
    }
    if (!isKnown && !isSignInError(error)) throw error;
    const text = isKnown ? error.message : `${error.code}: ${error.detail}`;
    commandIo.stderr(`${printable(text)}\n`);
    return exitCodes.unusable;
  } finally {
    commandIo.endProgress();
  }
}

const help = `
Where the data comes from:
  config    app-config.yaml in this folder, or the files of --config
  users     Bitbucket, with BITBUCKET_TOKEN, or BITBUCKET_USERNAME and BITBUCKET_PASSWORD,
            or "directory" in the config
  entities  the catalog at backend.baseUrl, with BACKSTAGE_TOKEN

audit and explain can also read files: --users, --entities.

Exit codes: 0 success, 1 a check or limit failed or the person would not sign in,
2 the command could not run, 130 interrupted.`;

function createProgram(io: CommandIo, end: (exitCode: number) => void): Command {
  const program = new Command('backstage-bitbucket-server')
    .description(
      'Finds out who can sign in to Backstage with Bitbucket Server, before anyone tries.',
    )
    .version(readVersion(), '--version', 'version of this program')
    .addHelpText('afterAll', help)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .exitOverride();

  withFiles(withConfig(program.command('audit')))
    .description('check the sign-in of every Bitbucket user, and the data that it relies on')
    .optionsGroup('Reports:')
    .addOption(
      new Option('--json [file]', 'the whole report as JSON; - is standard output').preset('-'),
    )
    .addOption(new Option('--csv [file]', 'the people as CSV; - is standard output').preset('-'))
    .option('--html <file>', 'an HTML page with filter and search; - is standard output')
    .option('--junit <file>', 'limits, people and findings as tests, for Jenkins and Bamboo')
    .option('--sarif <file>', 'the findings with file and line, for code scanning')
    .option('--limit <number>', 'number of people in the table', parseCount, 50)
    .option('--problems', 'list only people who should sign in and would not, in every format')
    .option('--compare <file>', comparing, collect)
    .optionsGroup('Limits:')
    .option('--fail-under <percent>', 'exit 1 if fewer people would sign in', parsePercent)
    .addOption(new Option('--fail-on <what...>', failingOn).choices(failOnChoices))
    .option('--baseline <file>', 'YAML file of accepted findings; exit 1 if there are others')
    .option(
      '--used-within <days>',
      'count only people who used Bitbucket in so many days',
      parseDays,
    )
    .option('--licensed <path>', 'count only these people, as users?permission=LICENSED_USER lists')
    .optionsGroup('Changes:')
    .option('--fix', 'add missing user ids to entity files where there is no doubt; shows a diff')
    .option('--write-missing <file>', 'create User entities for people who have none; shows a diff')
    .option('--write', 'write the changes of --fix and --write-missing')
    .action(async (options: AuditOptions) => end(await auditCommand(options, io)));

  withFiles(withConfig(program.command('explain')))
    .description('show each step of one sign-in, or who can become an entity')
    .argument('<who>', 'username, user id or email, or an entity such as user:default/jane')
    .option('--json', 'write JSON')
    .action(async (who: string, options: ExplainOptions) =>
      end(await explainCommand(who, options, io)),
    );

  withConfig(program.command('doctor'))
    .description('check config, Bitbucket, its OAuth endpoints and the catalog')
    .action(async (options: InputOptions) => end(await doctorCommand(options, io)));
  return program;
}

const comparing =
  'compare with a JSON report or another config (repeatable): who gains, loses or becomes somebody else';
const failingOn =
  'exit 1 on a conflict (ambiguous people, shared entities), on any danger, or if a sign-in changes (--compare)';

function withConfig(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'config file; repeatable, the last one wins (default: app-config.yaml and app-config.local.yaml)',
      collect,
    )
    .option('--env <name>', 'environment of the provider (default: auth.environment)');
}

function withFiles(command: Command): Command {
  return command
    .option('--users <path>', 'read Bitbucket users from this JSON file or folder')
    .option('--entities <path>', 'read entities from this YAML or JSON file or folder');
}

function collect(file: string, files: readonly string[] = []): string[] {
  return [...files, file];
}

/** A parser of numbers that are written in one way, such as `98%`. */
function numberLike(pattern: RegExp, what: string, max = Number.POSITIVE_INFINITY) {
  return (value: string): number => {
    const number = pattern.test(value) ? Number.parseFloat(value) : Number.NaN;
    if (number <= max) return number;
    throw new InvalidArgumentError(`Give ${what}.`);
  };
}

const parseCount = numberLike(/^\d{1,9}$/, 'a number of people');
const parseDays = numberLike(/^[1-9]\d{0,4}d?$/, 'a number of days such as 90d');
const parsePercent = numberLike(/^\d{1,3}(\.\d+)?%?$/, 'a percentage such as 98%', 100);
