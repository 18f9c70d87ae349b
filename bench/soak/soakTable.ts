import { markdownTable } from '../markdown';
import type { SoakMinute } from './soakCase';

export function soakTable(results: readonly SoakMinute[]): string {
  return markdownTable(
    ['Minute', 'Outage', 'Done', 'Refused', 'Heap after a collection'],
    results.map(({ minute, outage, done, refused, heap }) => [
      String(minute),
      outage,
      String(done),
      String(refused),
      `${(heap / 2 ** 20).toFixed(1)} MiB`,
    ]),
  );
}
