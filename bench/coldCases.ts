import type { BenchResult } from './BenchResult';
import { timeRatio } from './BenchResult';
import { createOwn, createUpstream } from './createContestants';
import type {
  BenchPerson,
  CatalogAccess,
  Contestant,
  OwnStep,
  UpstreamStep,
} from './createContestants';
import { summarize, timeOne } from './measure';
import { known, knownByName, unknown } from './people';

const rounds = 300;
const warmUp = 50;

/**
 * Latency of people who are in no cache, one after another, ours and upstream's in turn. Each waits
 * until nothing of the other is under way, so that neither pays for the other.
 */
async function race(
  ours: Contestant,
  upstream: Contestant,
  personOf: (index: number) => BenchPerson,
) {
  const latencies = new Map<Contestant, number[]>([
    [ours, []],
    [upstream, []],
  ]);
  const counts = new Map<Contestant, number>();
  for (let index = 0; index < warmUp + rounds; index += 1) {
    const pair = index % 2 === 0 ? [ours, upstream] : [upstream, ours];
    for (const contestant of pair) {
      const signIn = contestant.prepare(personOf(index));
      const took = await timeOne(() => contestant.resolve(signIn));
      await contestant.requests.idle();
      const asked = contestant.requests.take();
      if (index < warmUp) continue;
      latencies.get(contestant)!.push(took);
      counts.set(contestant, (counts.get(contestant) ?? 0) + asked);
    }
  }
  return {
    ours: summarize(latencies.get(ours)!, counts.get(ours)!),
    upstream: summarize(latencies.get(upstream)!, counts.get(upstream)!),
  };
}

interface ColdCase {
  readonly name: string;
  readonly own: readonly OwnStep[];
  readonly upstream: readonly UpstreamStep[];
  readonly personOf: (index: number) => BenchPerson;
  readonly limit: number;
}

const cases: readonly ColdCase[] = [
  {
    name: 'cold, first step matches',
    own: ['email', 'id', 'username'],
    upstream: ['email', 'emailAgain', 'localPart'],
    personOf: known,
    limit: 1.1,
  },
  {
    name: 'cold, one step, matches',
    own: ['email'],
    upstream: ['email'],
    personOf: known,
    limit: 1.1,
  },
  {
    name: 'cold, third step of three matches',
    own: ['id', 'email', 'username'],
    upstream: ['email', 'emailAgain', 'localPart'],
    personOf: knownByName,
    limit: 0.5,
  },
  {
    name: 'nobody matches, three steps',
    own: ['id', 'email', 'username'],
    upstream: ['email', 'emailAgain', 'localPart'],
    personOf: unknown,
    limit: 0.5,
  },
];

export async function* coldCases(
  access: CatalogAccess,
  users: number,
): AsyncGenerator<BenchResult> {
  for (const { name, own, upstream, personOf, limit } of cases) {
    const measured = await race(createOwn(access, own), createUpstream(access, upstream), index =>
      personOf(index % users),
    );
    const ratio = timeRatio(measured.ours, measured.upstream);
    yield {
      name,
      ...measured,
      target: {
        text: `<= ${limit} x upstream's time`,
        actual: ratio.toFixed(2),
        met: ratio <= limit,
      },
    };
  }
  yield await nobodyAgain(access);
}

async function nobodyAgain(access: CatalogAccess): Promise<BenchResult> {
  const ours = createOwn(access, ['id', 'email', 'username'], {
    notFoundTtl: { minutes: 10 },
  });
  const people = Array.from({ length: rounds }, (_, index) => ours.prepare(unknown(index)));
  for (const person of people) await ours.resolve(person);
  ours.requests.take();
  const latencies = [];
  for (const person of people) latencies.push(await timeOne(() => ours.resolve(person)));
  const requests = ours.requests.take();
  return {
    name: 'nobody matches, again within the not-found TTL',
    ours: summarize(latencies, requests),
    target: { text: 'no request', actual: `${requests} requests`, met: requests === 0 },
  };
}
