import { InvalidArgumentError } from 'commander';

/**
 * Reads `98%` or `98`.
 *
 * @throws InvalidArgumentError
 * @internal
 */
export function parseFailUnder(value: string): number {
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(value) ? Number.parseFloat(value) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError('Give a percentage such as 98%.');
}
