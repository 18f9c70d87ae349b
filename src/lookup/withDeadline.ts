/**
 * The promise, or a `TimeoutError` when it takes too long. What comes later is dropped, its failure too.
 *
 * @internal
 */
export async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${timeoutMs} ms`);
      error.name = 'TimeoutError';
      reject(error);
    }, timeoutMs);
  });
  try {
    // `race` also listens to the loser, so that its late failure is no unhandled rejection.
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
