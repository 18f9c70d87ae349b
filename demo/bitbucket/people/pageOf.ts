import type { Answer } from '../http/Answer';
import { bitbucketError } from '../http/bitbucketError';

/** One page of a Bitbucket list. `nextPageStart` is absent on the last page. */
export interface Page<T> {
  size: number;
  limit: number;
  isLastPage: boolean;
  values: T[];
  start: number;
  nextPageStart?: number;
}

/** Window of a list that a request asks for. */
export interface PageWindow {
  start: number;
  limit: number;
}

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 1000;

/** Reads `start` and `limit`; a limit above 1000 is lowered in silence, nonsense is a 400. */
export function readWindow(query: URLSearchParams): PageWindow | Answer {
  const start = Number(query.get('start') ?? 0);
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  if (!Number.isInteger(start) || start < 0 || !Number.isInteger(limit) || limit < 1) {
    return bitbucketError(400, 'The start and limit parameters must be positive numbers.');
  }
  return { start, limit: Math.min(limit, MAX_LIMIT) };
}

/** Cuts the window out of the list. */
export function pageOf<T, R>(
  all: readonly T[],
  { start, limit }: PageWindow,
  present: (value: T) => R,
): Page<R> {
  const values = all.slice(start, start + limit).map(present);
  const isLastPage = start + limit >= all.length;
  return {
    size: values.length,
    limit,
    isLastPage,
    values,
    start,
    ...(isLastPage ? {} : { nextPageStart: start + limit }),
  };
}
