import { createSharedCache } from '../authenticator/support/createSharedCache';
import type { Browser, SessionMessage } from '../authenticator/support/createBrowser';
import { createStage, refreshCookie } from '../authenticator/support/createStage';
import type { Replica, Stage } from '../authenticator/support/createStage';
import { jane } from '../authenticator/support/people';
import { deferred } from '../support/controlled';

let stage: Stage;
let first: Replica;
let second: Replica;
let victim: Browser;

beforeAll(async () => {
  stage = await createStage();
  const { cache } = createSharedCache();
  first = await stage.startReplica({ options: { cache } });
  second = await stage.startReplica({ options: { cache } });
});

beforeEach(async () => {
  stage.simulator.faults.clear();
  victim = await stage.signIn(first);
  for (const { events } of [first, second]) events.length = 0;
});

afterAll(() => stage.close());

/** A refusal that neither ends the session of the victim nor gives anything away. */
function expectEnded(session: SessionMessage): string {
  expect(session.status).toBe(401);
  expect(session.error!.message).toContain('SESSION_ENDED');
  expect(session).not.toHaveProperty('providerInfo');
  expect(session.wire).not.toMatch(/^set-cookie/m);
  return /reference ([0-9A-Z-]+)/.exec(session.error!.message)![1]!;
}

const reuse = (reference: string) => ({
  type: 'token-reuse',
  userId: String(jane.id),
  reference,
});

describe('a copied refresh token', () => {
  it.each([
    ['the same replica', () => first],
    ['another replica', () => second],
  ])(
    'serves nobody at %s, and is told of, once its successor was used',
    async (_where, replica) => {
      const thief = stage.join(replica(), victim);
      await victim.refresh();
      await victim.refresh();
      for (const { events } of [first, second]) events.length = 0;
      const before = stage.simulator.counts.refresh;
      const reference = expectEnded(await thief.refresh());
      expect(replica().events).toEqual([reuse(reference)]);
      expect(stage.simulator.counts.refresh).toBe(before);
      expect((await victim.refresh()).status).toBe(200);
    },
  );

  it('serves nobody ten seconds after its successor was delivered', async () => {
    const thief = stage.join(second, victim);
    await victim.refresh();
    stage.clock.advance(10_001);
    expectEnded(await thief.refresh());
    expect((await victim.refresh()).status).toBe(200);
  });

  it('serves nobody after many refreshes, however often it comes', async () => {
    const thieves = [];
    for (let round = 0; round < 8; round += 1) {
      thieves.push(stage.join(round % 2 ? first : second, victim));
      await victim.refresh();
    }
    await victim.refresh();
    for (const thief of [...thieves, ...thieves]) expectEnded(await thief.refresh());
    expect((await victim.refresh()).status).toBe(200);
  });

  it('that the thief uses first ends, too, when the victim goes on', async () => {
    const thief = stage.join(second, victim);
    expect((await thief.refresh()).status).toBe(200);
    expect((await thief.refresh()).status).toBe(200);
    // The victim is refused, and that is how it becomes known.
    const reference = expectEnded(await victim.refresh());
    expect(first.events).toEqual([reuse(reference)]);
  });
});

describe('a refresh token that was copied before the victim signed out', () => {
  it.each([
    ['the same replica', () => first],
    ['another replica', () => second],
  ])('serves nobody at %s', async (_where, replica) => {
    const [thief, late] = [stage.join(replica(), victim), stage.join(replica(), victim)];
    expect((await victim.signOut()).status).toBe(200);
    expectEnded(await thief.refresh());
    stage.clock.advance(10_001);
    expectEnded(await late.refresh());
  });

  it('serves nobody although it is older than the one that is signed out with', async () => {
    const thieves = [stage.join(first, victim)];
    await victim.refresh();
    thieves.push(stage.join(second, victim));
    await victim.signOut();
    for (const thief of thieves) expectEnded(await thief.refresh());
  });

  it.each([
    ['the same replica', () => first],
    ['another replica', () => second],
  ])('serves nobody at %s although Bitbucket could not be told', async (_where, replica) => {
    const thief = stage.join(replica(), victim);
    stage.simulator.faults.set('refresh', { reset: true });
    expect((await victim.signOut()).status).toBe(200);
    stage.simulator.faults.clear();
    stage.simulator.clearRequests();
    expectEnded(await thief.refresh());
    expect(stage.simulator.counts.refresh).toBe(0);
  });

  it('comes alive by no exchange that was under way', async () => {
    const held = deferred();
    stage.simulator.faults.set('refresh', { hold: held.promise }, { times: 1 });
    const thief = stage.join(first, victim);
    const refresh = thief.refresh();
    await stage.simulator.arrived('refresh');
    const signOut = victim.signOut();
    held.resolve();
    await signOut;
    await refresh;
    expectEnded(await thief.refresh());
  });
});

describe('a refresh token of another Bitbucket Server', () => {
  let other: Stage;

  beforeAll(async () => {
    other = await createStage();
  });

  afterAll(() => other.close());

  it('is sent nowhere, neither to refresh nor to sign out', async () => {
    const stranger = stage.join(first, await other.signIn(await other.startReplica()));
    stage.simulator.clearRequests();
    expectEnded(await stranger.refresh());
    expect((await stranger.signOut()).status).toBe(200);
    expect(stranger.cookies.has(refreshCookie)).toBe(false);
    expect(stage.simulator.counts.any).toBe(0);
  });
});
