import { createDeadline } from '../../src/shared';
import { settledHeap } from '../support/settledHeap';

describe('a deadline that is closed', () => {
  // As `fetch` does, until the garbage collector tells it to let go.
  it('holds nothing that was raced, although somebody keeps its signal', async () => {
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    async function raceAnswer(): Promise<WeakRef<object>> {
      const deadline = createDeadline({ timeoutMs: 60_000, signal: caller.signal });
      signals.push(deadline.signal);
      const answer = await deadline.race(Promise.resolve({ body: 'x'.repeat(1_000) }));
      deadline.close();
      return new WeakRef(answer);
    }
    const answers = await Promise.all(Array.from({ length: 100 }, raceAnswer));
    await settledHeap();
    // The stack may still hold the last of them.
    const held = answers.filter(answer => answer.deref() !== undefined);
    expect(held.length).toBeLessThan(10);
    expect(signals.some(({ aborted }) => aborted)).toBe(false);
  });
});
