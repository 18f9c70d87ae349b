import type { Entity } from '@backstage/catalog-model';
import { LRUCache } from 'lru-cache';
import type { BenchResult } from './BenchResult';
import { timeRatio } from './BenchResult';
import { benchUser } from './benchUsers';
import { createOwn, createUpstream } from './createContestants';
import type { CatalogAccess, OwnContestant } from './createContestants';
import { timeInBlocks } from './measure';
import type { Measurement } from './measure';
import { known } from './people';

const hour = 3_600_000;
const blocks = { blocks: 60, perBlock: 10_000 };

/** What nothing can be faster than: a hit in a bare cache of the same size, awaited. */
async function bareHit(people: number): Promise<Measurement> {
  const cache = new LRUCache<string, object>({ max: Math.max(people, 10_000), ttl: hour });
  for (let index = 0; index < people; index += 1) cache.set(known(index).email, { index });
  const keys = Array.from({ length: 1024 }, (_, index) => known((index * 97) % people).email);
  const get = async (index: number) => cache.get(keys[index % keys.length]!);
  return timeInBlocks(get, blocks);
}

async function warmHit(ours: OwnContestant, people: number): Promise<Measurement> {
  const some = Array.from({ length: 1024 }, (_, index) =>
    ours.prepare(known((index * 97) % people)),
  );
  const requests = () => ours.requests.take();
  return timeInBlocks(index => ours.resolve(some[index % some.length]!), { ...blocks, requests });
}

export async function* warmCases(access: CatalogAccess): AsyncGenerator<BenchResult> {
  const ours = createOwn(access, ['email', 'id', 'username'], { ttl: { hours: 1 } });
  for (let index = 0; index < 1000; index += 1) await ours.resolve(ours.prepare(known(index)));
  await ours.requests.idle();
  const upstream = createUpstream(access, ['email', 'emailAgain', 'localPart']);
  const theirs = await timeInBlocks(
    index => upstream.resolve(upstream.prepare(known(index % 1000))),
    {
      blocks: 300,
      perBlock: 1,
      requests: () => upstream.requests.take(),
    },
  );
  // In turn and twice: the first of each also warms the compiler up.
  await bareHit(1000);
  await warmHit(ours, 1000);
  const floor = await bareHit(1000);
  const warm = await warmHit(ours, 1000);
  const times = 1 / timeRatio(warm, theirs);
  const overFloor = timeRatio(warm, floor);
  yield {
    name: 'warm sign-in',
    ours: warm,
    upstream: theirs,
    floor,
    target: {
      text: ">= 1,000 x upstream's throughput, <= 10 x a bare hit",
      actual: `${Math.round(times)} x, ${overFloor.toFixed(1)} x`,
      met: times >= 1000 && overFloor <= 10,
    },
  };
  yield await manyPeople();
}

/** The catalog is left out here: it is about memory, and about hits in a large cache. */
async function manyPeople(): Promise<BenchResult> {
  const people = 100_000;
  const catalog = {
    async queryEntities({ query }: { query: { $all: [Record<string, { $in: string[] }>] } }) {
      const emails = Object.values(query.$all[0])[0]!.$in;
      const items = emails.map(stitched);
      return { items, totalItems: items.length, pageInfo: {} };
    },
    async getEntities({ filter }: { filter: Record<string, string[]> }) {
      const emails = filter['spec.profile.email']!;
      return { items: emails.map(stitched) };
    },
  };
  const ours = createOwn({ baseUrl: 'http://127.0.0.1:1', token: 'x' }, ['email'], {
    // Two of the client's methods are all that is called for emails.
    catalog: catalog as never,
    ttl: { hours: 1 },
    maxEntries: people,
    fields: 'identity',
  });
  const before = usedMemory();
  // Straight into the lookup: what is measured afterwards is not to run as a crowd before.
  for (let start = 0; start < people; start += 1000) {
    const emails = Array.from({ length: 1000 }, (_, index) => known(start + index).email);
    await Promise.all(
      emails.map(value => ours.lookup.find({ by: 'field', field: 'spec.profile.email', value })),
    );
  }
  const megabytes = usedMemory() - before;
  const floor = await bareHit(people);
  const warm = await warmHit(ours, people);
  const overFloor = timeRatio(warm, floor);
  const entries = ours.lookup.size;
  return {
    name: '100,000 people cached (fields: identity)',
    ours: warm,
    floor,
    target: {
      text: '<= 100 MB, <= 10 x a bare hit',
      actual: `${entries} entries, ${megabytes.toFixed(0)} MB, ${overFloor.toFixed(1)} x`,
      met: entries === people && megabytes <= 100 && overFloor <= 10,
    },
  };
}

/** A user as it comes over HTTP: with what the catalog adds, and with texts of its own. */
function stitched(email: string): Entity {
  const { metadata, ...rest } = benchUser(Number(/\d+/.exec(email)![0]));
  const targets = rest.spec!.memberOf as string[];
  const relations = targets.map(name => ({ type: 'memberOf', targetRef: `group:default/${name}` }));
  const entity = { ...rest, metadata: { ...metadata, namespace: 'default' }, relations };
  return JSON.parse(JSON.stringify(entity)) as Entity;
}

function usedMemory(): number {
  if (!globalThis.gc) throw new Error('memory is only comparable with node --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
