import type { Check } from './Check';
import type { Probe } from './checkBitbucket';

/** Seconds that a clock may be off; the header of an answer has no fractions. */
const tolerance = 30;

/**
 * Whether a server has the time of this machine: codes, tokens and cookies expire by the clock.
 *
 * @param name - of the server
 * @param now - milliseconds since the epoch
 * @returns nothing where there is no answer with a `Date`: another check tells of that
 * @internal
 */
export async function checkClock(
  name: string,
  probe: Probe,
  url: string,
  now: () => number,
): Promise<Check[]> {
  const before = now();
  let date: string | null;
  try {
    date = (await probe(url)).headers.get('date');
  } catch {
    return [];
  }
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  // The answer was made somewhere between the two.
  const after = now();
  const ours = Math.min(Math.max(theirs, before), after);
  const seconds = Math.round((theirs - ours) / 1000);
  if (Math.abs(seconds) <= tolerance) {
    return [{ name: 'clock', status: 'ok', text: `that of ${name} is the one of this machine` }];
  }
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  return [
    {
      name: 'clock',
      status: 'warn',
      text: `that of ${name} is ${Math.abs(seconds)} seconds ${direction} the one of this machine`,
      mend: 'set both by NTP: codes and tokens expire by the clock',
    },
  ];
}
