// Compares this package with upstream's module, in one run on one machine.
// npm run bench -- endToEnd --users 20000 --database postgres --output bench/results/x.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { crowdCase } from './endToEnd/crowdCase';
import {
  endToEndCases,
  peopleNeeded,
  startAuthBackends,
  warmUpSignIns,
} from './endToEnd/endToEndCases';
import { crowdTable, endToEndTable } from './endToEnd/endToEndTable';
import type { RaceOptions } from './race';
import { resolverCases } from './resolvers/resolverCases';
import { resolverTable } from './resolvers/resolverTable';
import { startWorld } from './world/startWorld';
import type { DatabaseName, World } from './world/startWorld';

const parts = ['endToEnd', 'resolvers'] as const;
type Part = (typeof parts)[number];

interface Options extends RaceOptions {
  readonly parts: readonly Part[];
  readonly users: readonly number[];
  readonly database: DatabaseName;
  readonly crowd: number;
  readonly output?: string;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      users: { type: 'string', multiple: true, default: ['2000'] },
      database: { type: 'string', default: 'sqlite' },
      rounds: { type: 'string', default: '10' },
      crowd: { type: 'string', default: '10000' },
      output: { type: 'string' },
    },
  });
  const wholeNumber = (name: string, text: string, least: number) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new Error(`--${name} must be a whole number, at least ${least}`);
  };
  const { database } = values;
  if (database !== 'sqlite' && database !== 'postgres') {
    throw new Error('--database must be sqlite or postgres');
  }
  for (const name of positionals) {
    if (!parts.includes(name as Part)) {
      throw new Error(`"${name}" is not a known part; expected one of ${parts.join(', ')}`);
    }
  }
  return {
    parts: positionals.length > 0 ? (positionals as Part[]) : parts,
    users: values.users.map(text => wholeNumber('users', text, 1000)),
    database,
    rounds: wholeNumber('rounds', values.rounds, 1),
    warmUp: 1,
    crowd: wholeNumber('crowd', values.crowd, 0),
    output: values.output,
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  const runs = [];
  for (const users of options.users) {
    const world = await startWorld(users, options.database);
    try {
      const machine = `Node.js ${process.version}, ${cpus().length} cores`;
      console.log(`# ${users} users, ${options.database}, ${machine}\n`);
      // What people feel comes first. The nanoseconds of a hit come last, as nobody feels them.
      const endToEnd = options.parts.includes('endToEnd') && (await runEndToEnd(world, options));
      const resolvers = options.parts.includes('resolvers') && (await runResolvers(world, options));
      runs.push({ users, database: options.database, machine, endToEnd, resolvers });
    } finally {
      await world.stop();
    }
  }
  if (!options.output) return;
  mkdirSync(dirname(options.output), { recursive: true });
  writeFileSync(options.output, `${JSON.stringify(runs, null, 2)}\n`);
}

async function runEndToEnd(world: World, options: Options) {
  const needed = peopleNeeded(options);
  const crowd = Math.min(options.crowd, world.users - needed);
  if (crowd < 0) {
    throw new Error(`--rounds ${options.rounds} needs at least --users ${needed}`);
  }
  const backends = await startAuthBackends(world);
  console.log(
    `## End to end: ${options.rounds} rounds, order alternating; to warm up ${warmUpSignIns(options)} sign-ins and refreshes of each backend, and ${options.warmUp} round of each case\n`,
  );
  const results = [];
  for await (const result of endToEndCases(world, backends, options)) {
    reportProgress(`${result.name}, ${result.atOnce} at once, ${result.latency.bitbucket} ms`);
    results.push(result);
  }
  console.log(`${endToEndTable(results)}\n`);
  if (crowd === 0) return { results };
  console.log(`## ${crowd} people at once\n`);
  const crowdResult = await crowdCase(world, backends, { first: needed, people: crowd });
  console.log(`${crowdTable(crowdResult)}\n`);
  return { results, crowd: crowdResult };
}

async function runResolvers(world: World, options: Options) {
  console.log('## Resolvers alone\n');
  const results = [];
  for await (const result of resolverCases(world, options)) {
    reportProgress(result.name);
    results.push(result);
  }
  console.log(`${resolverTable(results)}\n`);
  return results;
}

/** On stderr, so that stdout holds the tables and nothing else. */
function reportProgress(done: string): void {
  console.error(`${performance.now().toFixed(0).padStart(8)} ms: ${done}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
