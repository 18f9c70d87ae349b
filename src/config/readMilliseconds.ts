import { readDurationFromConfig } from '@backstage/config';
import type { Config } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import { createConfigError } from './createConfigError';

/** @internal */
export interface ReadMillisecondsOptions {
  /** Path of the key in the whole config, for errors. */
  readonly at: string;
  /** Smallest and largest value, in milliseconds. */
  readonly min: number;
  readonly max: number;
}

/**
 * Reads a duration in any of the forms that Backstage's config knows: `'10s'`, `{ seconds: 10 }` or
 * `PT10S`.
 *
 * @returns `undefined` when the key is not there
 * @throws {@link SignInError} `CONFIG_INVALID` for what is no duration, or out of range
 * @internal
 */
export function readMilliseconds(
  config: Config,
  key: string,
  { at, min, max }: ReadMillisecondsOptions,
): number | undefined {
  if (!config.has(key)) return undefined;
  let milliseconds: number;
  try {
    milliseconds = durationToMilliseconds(readDurationFromConfig(config, { key }));
  } catch (error) {
    throw createConfigError(
      at,
      `is no duration such as "10s" or { seconds: 10 }: ${String(error)}`,
    );
  }
  if (!(milliseconds >= min && milliseconds <= max)) {
    throw createConfigError(
      at,
      `must be from ${min} to ${max} milliseconds, but is ${milliseconds}`,
    );
  }
  return milliseconds;
}
