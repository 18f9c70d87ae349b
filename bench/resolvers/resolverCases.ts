import type { Entity } from '@backstage/catalog-model';
import { medianOf, race, spreadOf, timeOf } from '../race';
import type { Comparison, Contestants, RaceOptions } from '../race';
import { benchUser } from '../world/benchUsers';
import { known, knownByName, unknown } from '../world/people';
import type { BenchPerson } from '../world/people';
import type { BenchCatalog } from '../world/startCatalog';
import type { World } from '../world/startWorld';
import { createOwn, createUpstream } from './createContestants';
import type { Contestant, OwnStep, UpstreamStep } from './createContestants';
import type { ResolverResult } from './ResolverResult';

type Unit = 'time' | 'requests';

/** Sign-ins of a round, one after another and at once. */
const perRound = 20;
const crowd = 1000;
/** A crowd is short, and this is long enough. */
const crowdRounds = 5;

interface Case {
  readonly name: string;
  readonly own: readonly OwnStep[];
  readonly upstream: readonly UpstreamStep[];
  readonly personOf: (index: number) => BenchPerson;
  /** Most that ours may take of upstream's time. */
  readonly limit: number;
  readonly requestLimit?: number;
}

const email = 'emailMatchingUserEntityProfileEmail';
const localPart = 'emailLocalPartMatchingUserEntityName';

const coldCases: readonly Case[] = [
  {
    name: 'one step, matches',
    own: ['email'],
    upstream: [email],
    personOf: known,
    limit: 1.1,
  },
  {
    name: 'first step of several matches',
    own: ['email', 'id', 'username'],
    upstream: [email, localPart],
    personOf: known,
    limit: 1.1,
  },
  {
    name: 'last step matches: ours of three, upstream of two',
    own: ['slug', 'email', 'username'],
    upstream: [email, localPart],
    personOf: knownByName,
    limit: 1,
  },
  {
    name: 'nobody matches: ours three steps, upstream two',
    own: ['id', 'email', 'username'],
    upstream: [email, localPart],
    personOf: unknown,
    limit: 1,
  },
];

const crowdCases: readonly Case[] = [
  {
    name: '1,000 at once, the same person',
    own: ['email'],
    upstream: [email],
    personOf: () => known(7),
    limit: 0.05,
    requestLimit: 1,
  },
  {
    name: '1,000 at once, by name',
    own: ['username'],
    upstream: [localPart],
    personOf: known,
    limit: 0.05,
    requestLimit: 20,
  },
  {
    name: '1,000 at once, by email',
    own: ['email'],
    upstream: [email],
    personOf: known,
    limit: 1 / 3,
  },
];

/** The resolvers and their questions to the catalog alone: no Bitbucket, no HTTP in front, no signature. */
export async function* resolverCases(
  { catalog, users }: World,
  options: RaceOptions,
): AsyncGenerator<ResolverResult> {
  for (const each of coldCases) {
    const contestants = {
      ours: createOwn(catalog, each.own),
      upstream: createUpstream(catalog, each.upstream),
    };
    const comparison = await race(contestants, options, (contestant, round) =>
      oneByOne(contestant, index => each.personOf((round * perRound + index) % users)),
    );
    yield toResult(each, comparison);
  }
  for (const each of crowdCases) {
    const makers: Contestants<() => Contestant> = {
      ours: () => createOwn(catalog, each.own),
      upstream: () => createUpstream(catalog, each.upstream),
    };
    const rounds = Math.min(options.rounds, crowdRounds);
    const comparison = await race(makers, { rounds, warmUp: 1 }, make =>
      allAtOnce(make(), each.personOf),
    );
    yield toResult(each, comparison);
  }
  yield await nobodyAgain(catalog);
  yield await warmHit(catalog);
  yield await manyPeople(catalog);
}

function toResult(
  { name, limit, requestLimit }: Case,
  { time, requests }: Comparison<Unit>,
): ResolverResult {
  return {
    name,
    time: time.ours,
    upstreamTime: time.upstream,
    ratio: time.ratio,
    requests: requests.ours.median,
    upstreamRequests: requests.upstream.median,
    targets: [
      { text: `time ≤ ${limit.toPrecision(2)} ×`, met: time.ratio.median <= limit },
      ...(requestLimit === undefined
        ? []
        : [
            {
              text: `requests ≤ ${requestLimit}`,
              met: Math.round(requests.ours.median * crowd) <= requestLimit,
            },
          ]),
    ],
  };
}

async function oneByOne(contestant: Contestant, personOf: (index: number) => BenchPerson) {
  const latencies = [];
  contestant.requests.take();
  for (let index = 0; index < perRound; index += 1) {
    const signIn = contestant.prepare(personOf(index));
    latencies.push(await timeOf(() => contestant.resolve(signIn)));
    // So that neither pays for what the other has left under way.
    await contestant.requests.idle();
  }
  return { time: medianOf(latencies), requests: contestant.requests.take() / perRound };
}

/** The time of all, for each; the contestant has an empty memory. */
async function allAtOnce(contestant: Contestant, personOf: (index: number) => BenchPerson) {
  const people = Array.from({ length: crowd }, (_, index) => contestant.prepare(personOf(index)));
  const time = await timeOf(() => Promise.all(people.map(person => contestant.resolve(person))));
  await contestant.requests.idle();
  return { time: time / crowd, requests: contestant.requests.take() / crowd };
}

async function nobodyAgain(catalog: BenchCatalog): Promise<ResolverResult> {
  const ours = createOwn(catalog, ['id', 'email', 'username']);
  const latencies = [];
  let requests = 0;
  for (let index = 0; index < 200; index += 1) {
    const person = ours.prepare(unknown(index));
    await ours.resolve(person);
    ours.requests.take();
    latencies.push(await timeOf(() => ours.resolve(person)));
    requests += ours.requests.take();
  }
  return {
    name: 'nobody matches, again within the not-found TTL',
    time: spreadOf(latencies),
    requests: requests / latencies.length,
    targets: [{ text: 'no request', met: requests === 0 }],
  };
}

/** About the price of one signature: what is cheaper than that is not worth a thought. */
const signatureMs = 0.1;

async function warmHit(catalog: BenchCatalog): Promise<ResolverResult> {
  const ours = createOwn(catalog, ['email', 'id', 'username']);
  const people = Array.from({ length: 1000 }, (_, index) => ours.prepare(known(index)));
  await Promise.all(people.map(person => ours.resolve(person)));
  const time = await timeHits(ours, people);
  const requests = ours.requests.take();
  return {
    name: 'warm',
    time,
    requests: requests > people.length ? requests / people.length : 0,
    targets: [{ text: 'time ≤ 100 µs', met: time.median <= signatureMs }],
  };
}

/** Hits are too short for a clock each: blocks of them. */
async function timeHits(
  contestant: Contestant,
  people: readonly Parameters<Contestant['resolve']>[0][],
) {
  const [blocks, perBlock] = [30, 2000];
  const times = [];
  for (let block = 0; block < blocks; block += 1) {
    const took = await timeOf(async () => {
      for (let index = 0; index < perBlock; index += 1) {
        await contestant.resolve(people[index % people.length]!);
      }
    });
    times.push(took / perBlock);
  }
  // The first blocks also warm the compiler up.
  return spreadOf(times.slice(blocks / 3));
}

/** The catalog is left out here: it is about memory, and about hits in a large one. */
async function manyPeople(catalog: BenchCatalog): Promise<ResolverResult> {
  const people = 100_000;
  // Two of the client's methods are all that is called for emails.
  const stub = {
    async queryEntities({ query }: { query: { $all: [Record<string, { $in: string[] }>] } }) {
      const items = Object.values(query.$all[0])[0]!.$in.map(stitched);
      return { items, totalItems: items.length, pageInfo: {} };
    },
    async getEntities({ filter }: { filter: Record<string, string | string[]> }) {
      return { items: [filter['spec.profile.email']!].flat().map(stitched) };
    },
  };
  const ours = createOwn(catalog, ['email'], {
    catalog: stub as never,
    ttl: { hours: 1 },
    maxEntries: people,
    fields: 'identity',
  });
  const before = usedMemory();
  for (let start = 0; start < people; start += 1000) {
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => ours.resolve(ours.prepare(known(start + index)))),
    );
  }
  const megabytes = usedMemory() - before;
  const some = Array.from({ length: 1000 }, (_, index) => ours.prepare(known(index * 97)));
  const time = await timeHits(ours, some);
  return {
    name: `warm, 100,000 people in memory (fields: identity), ${megabytes.toFixed(0)} MB`,
    time,
    requests: 0,
    targets: [
      { text: 'memory ≤ 100 MB', met: megabytes <= 100 },
      { text: 'time ≤ 100 µs', met: time.median <= signatureMs },
    ],
  };
}

/** A user as it comes over HTTP: with what the catalog adds, and with texts of its own. */
function stitched(address: string): Entity {
  const { metadata, ...rest } = benchUser(Number(/\d+/.exec(address)![0]));
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
