import { parseArgs } from 'node:util';
import type { RaceOptions } from './race';
import type { DatabaseName } from './world/startWorld';

const defaultParts = ['endToEnd', 'resolvers'] as const;
const parts = [...defaultParts, 'soak'] as const;
export type Part = (typeof parts)[number];

/** What `npm run bench --` was given. */
export interface BenchOptions extends RaceOptions {
  /** Default: all but the soak. */
  readonly parts: readonly Part[];
  /** `--users`, once or several times: how many people the catalog has. */
  readonly users: readonly number[];
  /** `--database`: of the catalog and of the auth backends. */
  readonly database: DatabaseName;
  /** `--crowd`: how many sign in at once, as far as there are people; 0 leaves the case out. */
  readonly crowd: number;
  /** `--minutes`: how long the soak takes. */
  readonly minutes: number;
  /** `--output`: a file for all numbers as JSON. */
  readonly output?: string;
  /** `--docs`: a Markdown file whose tables of the same users and database are replaced. */
  readonly docs?: string;
}

/** @throws Error that names the option and says what it must be */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      users: { type: 'string', multiple: true, default: ['20000'] },
      database: { type: 'string', default: 'sqlite' },
      rounds: { type: 'string', default: '8' },
      crowd: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '10' },
      output: { type: 'string' },
      docs: { type: 'string' },
    },
  });
  const { database } = values;
  if (database !== 'sqlite' && database !== 'postgres') {
    throw new Error('--database must be sqlite or postgres');
  }
  return {
    parts: positionals.length > 0 ? positionals.map(readPart) : defaultParts,
    users: values.users.map(text => wholeNumber('users', text, 1000)),
    database,
    rounds: wholeNumber('rounds', values.rounds, 1),
    warmUp: 1,
    crowd: wholeNumber('crowd', values.crowd, 0),
    minutes: wholeNumber('minutes', values.minutes, 1),
    output: values.output,
    docs: values.docs,
  };
}

function readPart(name: string): Part {
  const part = parts.find(each => each === name);
  if (!part) throw new Error(`"${name}" is not a known part; expected one of ${parts.join(', ')}`);
  return part;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be a whole number, at least ${least}`);
}
