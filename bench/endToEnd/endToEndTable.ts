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

/** All cases; times are medians of the rounds, in parentheses the quartiles. */
export function endToEndTable(results: readonly EndToEndResult[]): string {
  const head = [
    'Latency',
    'Case',
    'At once',
    'Ours',
    'Upstream',
    'Time, × upstream',
    'Requests to Bitbucket + catalog (upstream)',
    'CPU (upstream)',
    'CPU, × upstream',
    'Targets',
  ];
  const rows = results.map(result => {
    const { time, cpu, bitbucket, catalog } = result.comparison;
    const { latency } = result;
    return [
      `${latency.bitbucket} / ${latency.catalog} ms`,
      result.name,
      String(result.atOnce),
      showDurations(time.ours),
      showDurations(time.upstream),
      showRatios(time.ratio),
      `${showCount(bitbucket.ours.median)} + ${showCount(catalog.ours.median)} (${showCount(bitbucket.upstream.median)} + ${showCount(catalog.upstream.median)})`,
      `${showDuration(cpu.ours.median)} (${showDuration(cpu.upstream.median)})`,
      showRatios(cpu.ratio),
      showTargets(targetsOf(result)),
    ];
  });
  return markdownTable(head, rows);
}

function targetsOf({ comparison, timeLimit, requestLimit }: EndToEndResult): Target[] {
  const { time, cpu, bitbucket, catalog } = comparison;
  return [
    ...(timeLimit === undefined
      ? []
      : [{ text: `time ≤ ${timeLimit} ×`, met: time.ratio.median <= timeLimit }]),
    { text: `CPU ≤ ${cpuLimit} ×`, met: cpu.ratio.median <= cpuLimit },
    ...(requestLimit === undefined
      ? []
      : [
          {
            text: `${requestLimit.bitbucket} + ${requestLimit.catalog} requests`,
            met:
              bitbucket.ours.median <= requestLimit.bitbucket &&
              catalog.ours.median <= requestLimit.catalog,
          },
        ]),
  ];
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
