// Compares this package with upstream's module, in one run on one machine.
// npm run bench -- endToEnd --users 20000 --database postgres --docs docs/performance.md
// npm run bench -- soak --users 2000 --minutes 10
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { crowdCase } from './endToEnd/crowdCase';
import {
  endToEndCases,
  peopleNeeded,
  startAuthBackends,
  warmUpSignIns,
} from './endToEnd/endToEndCases';
import { crowdTable, endToEndTable } from './endToEnd/endToEndTable';
import { replaceBetweenMarkers, showRatios } from './markdown';
import { readOptions } from './readOptions';
import type { BenchOptions } from './readOptions';
import { resolverCases } from './resolvers/resolverCases';
import { resolverTable } from './resolvers/resolverTable';
import { soakCase } from './soak/soakCase';
import { soakTable } from './soak/soakTable';
import { startWorld } from './world/startWorld';
import type { World } from './world/startWorld';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const { parts, database } = options;
  const machine = `Node.js ${process.version}, ${cpus().length} cores`;
  const runs = [];
  for (const users of options.users) {
    const world = await startWorld(users, database);
    try {
      console.log(`# ${users} users, ${database}, ${machine}\n`);
      const publish = (part: string, text: string) => {
        console.log(`${text}\n`);
        if (options.docs) writeIntoDocs(options.docs, `${part} ${users} ${database}`, text);
      };
      // What people feel comes first, and the microseconds of a hit last.
      const endToEnd = parts.includes('endToEnd') && (await runEndToEnd(world, options, publish));
      const resolvers =
        parts.includes('resolvers') && (await runResolvers(world, options, publish));
      const soak = parts.includes('soak') && (await runSoak(world, options, publish));
      runs.push({ users, database, machine, endToEnd, resolvers, soak });
    } finally {
      await world.stop();
    }
  }
  if (!options.output) return;
  mkdirSync(dirname(options.output), { recursive: true });
  writeFileSync(options.output, `${JSON.stringify(runs, null, 2)}\n`);
}

type Publish = (part: string, text: string) => void;

async function runEndToEnd(world: World, options: BenchOptions, publish: Publish) {
  const { rounds, warmUp } = options;
  const needed = peopleNeeded(options);
  if (needed > world.users) {
    throw new Error(`--rounds ${rounds} needs --users of at least ${needed}`);
  }
  const backends = await startAuthBackends(world);
  const results = [];
  for await (const result of endToEndCases(world, backends, options)) {
    const { name, atOnce, latency, comparison } = result;
    const ratio = showRatios(comparison.time.ratio);
    reportProgress(`${name}, ${atOnce} at once, ${latency.bitbucket} ms: ${ratio} ×`);
    results.push(result);
  }
  const howOften = `${rounds} rounds, in alternating order. Before them, to warm up, ${warmUpSignIns(options)} sign-ins and as many refreshes of each backend, and ${warmUp} round of each case.`;
  publish('endToEnd', `${endToEndTable(results)}\n\n${howOften}`);
  const people = Math.min(options.crowd, world.users - needed);
  if (people === 0) return { results };
  const crowd = await crowdCase(world, backends, { first: needed, people });
  publish('crowd', crowdTable(crowd));
  return { results, crowd };
}

async function runResolvers(world: World, options: BenchOptions, publish: Publish) {
  const results = [];
  for await (const result of resolverCases(world, options)) {
    reportProgress(result.name);
    results.push(result);
  }
  publish('resolvers', resolverTable(results));
  return results;
}

async function runSoak(world: World, { minutes }: BenchOptions, publish: Publish) {
  const results = [];
  for await (const result of soakCase(world, minutes)) {
    reportProgress(`minute ${result.minute}: ${(result.heap / 2 ** 20).toFixed(1)} MiB`);
    results.push(result);
  }
  publish('soak', soakTable(results));
  return results;
}

function writeIntoDocs(file: string, name: string, text: string): void {
  writeFileSync(file, replaceBetweenMarkers(readFileSync(file, 'utf8'), name, text));
}

/** On stderr, so that stdout holds the tables and nothing else. */
function reportProgress(done: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s: ${done}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
