import type { BenchResult } from './BenchResult';
import { createOwn, createUpstream } from './createContestants';
import type {
  BenchPerson,
  CatalogAccess,
  Contestant,
  OwnStep,
  UpstreamStep,
} from './createContestants';
import type { Measurement } from './measure';
import { known } from './people';

const crowd = 1000;
const maxRuns = 12;
const enoughMs = 15_000;

/**
 * The whole crowd at once, several times, everybody unknown each time; the best of the runs, because
 * a crowd is short, a machine is not alone and code is compiled while it runs.
 */
async function timeCrowd(
  create: () => Contestant,
  personOf: (index: number) => BenchPerson,
): Promise<Measurement & { readonly total: number }> {
  let best = Infinity;
  let total = 0;
  const since = performance.now();
  for (let run = 0; run < maxRuns && performance.now() - since < enoughMs; run += 1) {
    const contestant = create();
    const people = Array.from({ length: crowd }, (_, index) => contestant.prepare(personOf(index)));
    const started = performance.now();
    await Promise.all(people.map(person => contestant.resolve(person)));
    best = Math.min(best, performance.now() - started);
    await contestant.requests.idle();
    total = contestant.requests.take();
  }
  const each = best / crowd;
  return { p50: each, p99: each, perSecond: 1000 / each, requests: total / crowd, total };
}

interface CrowdCase {
  readonly name: string;
  readonly own: readonly OwnStep[];
  readonly upstream: readonly UpstreamStep[];
  readonly personOf: (index: number) => BenchPerson;
  readonly text: string;
  readonly met: (requests: number, throughput: number) => boolean;
}

const cases: readonly CrowdCase[] = [
  {
    name: '1,000 at once, the same person',
    own: ['email'],
    upstream: ['email'],
    personOf: () => known(7),
    text: '1 request',
    met: requests => requests === 1,
  },
  {
    name: '1,000 at once, by name',
    own: ['username'],
    upstream: ['localPart'],
    personOf: known,
    text: "<= 20 requests, >= 20 x upstream's throughput",
    met: (requests, throughput) => requests <= 20 && throughput >= 20,
  },
  {
    name: '1,000 at once, by email',
    own: ['email'],
    upstream: ['email'],
    personOf: known,
    text: ">= 3 x upstream's throughput",
    met: (_requests, throughput) => throughput >= 3,
  },
];

export async function* crowdCases(access: CatalogAccess): AsyncGenerator<BenchResult> {
  for (const { name, own, upstream, personOf, text, met } of cases) {
    const theirs = await timeCrowd(() => createUpstream(access, upstream), personOf);
    const ours = await timeCrowd(() => createOwn(access, own), personOf);
    const throughput = ours.perSecond / theirs.perSecond;
    yield {
      name,
      ours,
      upstream: theirs,
      target: {
        text,
        actual: `${ours.total} requests, ${throughput.toFixed(1)} x`,
        met: met(ours.total, throughput),
      },
    };
  }
}
