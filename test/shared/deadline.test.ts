import { createBitbucketHttp } from '../../src/http';
import { settledHeap } from '../support/settledHeap';

const url = 'https://git.example.com/rest/api/latest/users';

describe('a call that is over', () => {
  // As `fetch` does, until the garbage collector tells it to let go.
  it('holds nothing of its answer, although somebody keeps its signal', async () => {
    const { signal } = new AbortController();
    const signals: AbortSignal[] = [];
    const answers: WeakRef<Response>[] = [];
    const http = createBitbucketHttp({
      async fetch(_url, init) {
        signals.push(init!.signal!);
        const response = Response.json({ body: 'x'.repeat(1_000) });
        answers.push(new WeakRef(response));
        return response;
      },
    });
    for (let call = 0; call < 100; call += 1) await http.getJson(url, { signal });
    await settledHeap();
    // The stack may still hold the last of them.
    const held = answers.filter(answer => answer.deref() !== undefined);
    expect(answers).toHaveLength(100);
    expect(held.length).toBeLessThan(10);
    expect(signals.some(({ aborted }) => aborted)).toBe(false);
  });
});
