import { markdownTable, showCount, showDurations, showRatios, showTargets } from '../markdown';
import type { ResolverResult } from './ResolverResult';

/** Times are medians, in parentheses the quartiles. */
export function resolverTable(results: readonly ResolverResult[]): string {
  const head = ['Case', 'Ours', 'Upstream', 'Time, × upstream', 'Requests (upstream)', 'Targets'];
  const rows = results.map(({ name, time, upstreamTime, ratio, ...result }) => [
    name,
    showDurations(time),
    upstreamTime ? showDurations(upstreamTime) : '',
    ratio ? showRatios(ratio) : '',
    result.upstreamRequests === undefined
      ? showCount(result.requests)
      : `${showCount(result.requests)} (${showCount(result.upstreamRequests)})`,
    showTargets(result.targets),
  ]);
  return markdownTable(head, rows);
}
