// Compares this package's lookups with upstream's resolvers, on one real catalog, in one run.
// npm run bench -- --users 2000 --users 20000 --database postgres --output bench/results/x.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchResult } from './BenchResult';
import { coldCases } from './coldCases';
import { crowdCases } from './crowdCases';
import { floorCase } from './floorCase';
import { formatTable } from './formatTable';
import { startCatalog } from './startCatalog';
import { startPostgres } from './startPostgres';
import { warmCases } from './warmCases';

const { values } = parseArgs({
  options: {
    users: { type: 'string', multiple: true, default: ['2000'] },
    database: { type: 'string', default: 'sqlite' },
    output: { type: 'string' },
  },
});

function readUsers(): number[] {
  const counts = values.users.map(Number);
  if (counts.every(count => Number.isInteger(count) && count >= 1000)) return counts;
  throw new Error('--users must be a whole number, at least 1000');
}

async function startDatabase() {
  if (values.database === 'sqlite') {
    return { config: { client: 'better-sqlite3', connection: ':memory:' }, stop: async () => {} };
  }
  if (values.database !== 'postgres') throw new Error('--database must be sqlite or postgres');
  const postgres = await startPostgres();
  return { config: { client: 'pg', connection: postgres.connection }, stop: postgres.stop };
}

async function runWith(users: number): Promise<BenchResult[]> {
  const database = await startDatabase();
  try {
    const catalog = await startCatalog(users, database.config);
    try {
      const results: BenchResult[] = [];
      // The nanoseconds first: a crowd makes the engine put short-lived objects where long-lived ones
      // belong, and from then on everything short takes about twice as long (docs/performance.md).
      for await (const result of warmCases(catalog)) results.push(result);
      for await (const result of coldCases(catalog, users)) results.push(result);
      results.push(await floorCase(catalog));
      for await (const result of crowdCases(catalog)) results.push(result);
      return results;
    } finally {
      await catalog.stop();
    }
  } finally {
    await database.stop();
  }
}

async function main(): Promise<void> {
  const runs = [];
  for (const users of readUsers()) {
    const results = await runWith(users);
    runs.push({
      users,
      database: values.database,
      node: process.version,
      cpus: cpus().length,
      results,
    });
    console.log(
      formatTable(`${users} users, ${values.database}; upstream in parentheses`, results),
    );
  }
  if (!values.output) return;
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${JSON.stringify(runs, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
