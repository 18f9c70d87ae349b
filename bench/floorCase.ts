import type { BenchResult } from './BenchResult';
import { createOwn } from './createContestants';
import type { CatalogAccess } from './createContestants';
import { summarize, timeOne } from './measure';
import { known } from './people';

const rounds = 200;

/** What a cold answer costs over the bare HTTP request that it needs. */
export async function floorCase({ baseUrl, token }: CatalogAccess): Promise<BenchResult> {
  const ours = createOwn({ baseUrl, token }, ['email']);
  const [own, bare]: [number[], number[]] = [[], []];
  for (let index = 0; index < rounds; index += 1) {
    const { email } = known(index);
    const person = ours.prepare(known(index));
    own.push(await timeOne(() => ours.resolve(person)));
    const filter = encodeURIComponent(`spec.profile.email=${email},kind=User`);
    const url = `${baseUrl}/entities?filter=${filter}`;
    const headers = { authorization: `Bearer ${token}` };
    bare.push(await timeOne(async () => (await fetch(url, { headers })).json()));
  }
  return {
    name: 'cold, against a bare fetch of the same answer',
    ours: summarize(own, ours.requests.take()),
    floor: summarize(bare, rounds),
  };
}
