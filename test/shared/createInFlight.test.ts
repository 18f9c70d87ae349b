import { createInFlight } from '../../src/shared';
import { deferred } from '../support/controlled';

/** Work under one key, whose starts and signals are seen. */
function createWork() {
  const inFlight = createInFlight<string>();
  const started: { signal: AbortSignal; end: (result: string) => void }[] = [];
  const join = (signal?: AbortSignal) =>
    inFlight.share(
      'key',
      own => {
        const { promise, resolve } = deferred<string>();
        started.push({ signal: own, end: resolve });
        return promise;
      },
      signal,
    );
  return { inFlight, started, join };
}

describe('work that is shared', () => {
  it('goes on while one caller stays, and is told when the last one leaves', async () => {
    const { started, join } = createWork();
    const [one, two] = [new AbortController(), new AbortController()];
    const results = [join(one.signal), join(two.signal)];
    one.abort();
    expect(started.map(({ signal }) => signal.aborted)).toEqual([false]);
    two.abort();
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true]);
    started[0]!.end('late');
    expect(await Promise.all(results)).toEqual(['late', 'late']);
  });

  it('is never told by a caller without a signal', () => {
    const { started, join } = createWork();
    const one = new AbortController();
    void join();
    void join(one.signal);
    one.abort();
    expect(started.map(({ signal }) => signal.aborted)).toEqual([false]);
  });

  it('that everybody has left is joined by nobody, and its end takes nothing of the next', async () => {
    const { inFlight, started, join } = createWork();
    const left = join(AbortSignal.abort());
    const next = join();
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    started[0]!.end('left');
    await left;
    expect(inFlight.get('key')).toBe(next);
    started[1]!.end('next');
    expect(await next).toBe('next');
    expect(inFlight.get('key')).toBeUndefined();
  });
});
