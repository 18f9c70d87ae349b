import { readRetryAfter, retryDelay } from '../../src/http/retryDelay';

describe('readRetryAfter', () => {
  const now = Date.UTC(2030, 0, 1);

  it.each<[string | null, number | undefined]>([
    [null, undefined],
    ['', undefined],
    ['0', 0],
    [' 7 ', 7_000],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['99999999999', undefined],
  ])('reads %j as %j', (header, ms) => {
    expect(readRetryAfter(header, now)).toBe(ms);
  });
});

describe('retryDelay', () => {
  it('grows, up to two seconds, and has jitter', () => {
    const delays = [0, 1, 2, 3, 4, 5].map(attempt =>
      retryDelay(attempt, undefined, () => 0.999_999),
    );
    expect(delays).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
    expect(retryDelay(3, undefined, () => 0)).toBe(0);
  });

  it('is what the server asks for', () => {
    expect(retryDelay(0, 7_000, () => 0.5)).toBe(7_000);
  });
});
