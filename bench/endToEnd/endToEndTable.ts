import {
  markdownTable,
  showCount,
  showDuration,
  showDurations,
  showRatios,
  showTargets,
} from '../markdown';
import type { Target } from '../markdown';
import { connections } from './browser';
import { patienceMs } from './crowdCase';
import type { CrowdOutcome, CrowdResult } from './crowdCase';
import { cpuLimit } from './endToEndCases';
import type { EndToEndResult } from './endToEndCases';

/** All cases, by latency; times are medians of the rounds, in parentheses the quartiles. */
export function endToEndTable(results: readonly EndToEndResult[]): string {
  const latencies = [...new Set(results.map(({ latency }) => latency))];
  return latencies
    .flatMap(latency => {
      const group = results.filter(each => each.latency === latency);
      return [
        `With ${latency.bitbucket} ms to Bitbucket and ${latency.catalog} ms to the catalog:`,
        timeTable(group),
        cpuTable(group),
      ];
    })
    .join('\n\n');
}

function timeTable(results: readonly EndToEndResult[]): string {
  const head = ['Case', 'At once', 'Ours', 'Upstream', 'Time, × upstream', 'Target'];
  const rows = results.map(({ name, atOnce, comparison: { time }, timeLimit }) => [
    name,
    String(atOnce),
    showDurations(time.ours),
    showDurations(time.upstream),
    showRatios(time.ratio),
    timeLimit === undefined ? '' : showTargets([limit(time.ratio.median, timeLimit)]),
  ]);
  return markdownTable(head, rows);
}

function cpuTable(results: readonly EndToEndResult[]): string {
  const head = ['Case', 'At once', 'CPU (upstream)', 'CPU, × upstream', 'Target', 'Requests'];
  const rows = results.map(({ name, atOnce, comparison, requestLimit }) => {
    const { cpu, bitbucket, catalog } = comparison;
    const requests = (who: 'ours' | 'upstream') =>
      `${showCount(bitbucket[who].median)} + ${showCount(catalog[who].median)}`;
    const isMet =
      requestLimit === undefined ||
      (bitbucket.ours.median <= requestLimit.bitbucket &&
        catalog.ours.median <= requestLimit.catalog);
    return [
      name,
      String(atOnce),
      `${showDuration(cpu.ours.median)} (${showDuration(cpu.upstream.median)})`,
      showRatios(cpu.ratio),
      showTargets([limit(cpu.ratio.median, cpuLimit)]),
      showTargets([{ text: `${requests('ours')} (${requests('upstream')})`, met: isMet }]),
    ];
  });
  return markdownTable(head, rows);
}

function limit(median: number, most: number): Target {
  return { text: `≤ ${most} ×`, met: median <= most };
}

export function crowdTable({ ours, upstream }: CrowdResult): string {
  const head = [
    'Module',
    'Signed in',
    'All answered after',
    'Median wait (quartiles)',
    'Requests per person to Bitbucket + catalog',
    'CPU per person',
    'Peak memory (before)',
    'The others were told',
  ];
  const row = (name: string, outcome: CrowdOutcome) => [
    name,
    `${outcome.signedIn} of ${outcome.people}`,
    showDuration(outcome.time),
    outcome.waited ? showDurations(outcome.waited) : '',
    `${showCount(outcome.bitbucket)} + ${showCount(outcome.catalog)}`,
    showDuration(outcome.cpu),
    `${Math.round(outcome.memory.peak)} MiB (${Math.round(outcome.memory.before)} MiB)`,
    Object.entries(outcome.refusals)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([reason, count]) => `${count} × “${reason.slice(0, 120)}”`)
      .join('; '),
  ];
  const met = ours.signedIn === ours.people;
  const target: Target = { text: 'Target: ours signs in everybody', met };
  return [
    markdownTable(head, [row('ours', ours), row('upstream', upstream)]),
    `${showTargets([target])}. The bench waits for nobody longer than ${patienceMs / 1000} s, over ${connections} connections.`,
  ].join('\n\n');
}
