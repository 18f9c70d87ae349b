import type { SignInTrace, TracedCandidate, TracedLookup, TracedStep } from './SignInTrace';

/**
 * A trace as text of several lines, for a terminal.
 *
 * @public
 */
export function formatTrace(trace: SignInTrace): string {
  const steps = trace.steps.flatMap((step, index) => formatStep(step, index + 1));
  return [...steps, `=> ${formatDecision(trace)}`].join('\n');
}

/**
 * A trace as text of one line, for a log.
 *
 * @internal
 */
export function summarizeTrace(trace: SignInTrace): string {
  const steps = trace.steps.map(step => {
    const reason = step.reason ? ` (${step.reason})` : '';
    const lookups = step.lookups.map(lookup => ` [${formatLookup(lookup)}]`).join('');
    return `${step.step}: ${step.outcome}${reason}${lookups}`;
  });
  return steps.join(' | ') || 'no step is configured';
}

function formatDecision({ decision }: SignInTrace): string {
  switch (decision.outcome) {
    case 'matched':
      return `signs in as ${decision.userEntityRef} by ${decision.step}`;
    case 'withoutUser':
      return `signs in as ${decision.userEntityRef}, which is in no catalog, by ${decision.step}`;
    case 'refused':
      return decision.step
        ? `refused with ${decision.code} by ${decision.step}`
        : `refused with ${decision.code}: every step was tried`;
  }
}

function formatStep(step: TracedStep, number: number): string[] {
  const reason = step.reason ? `: ${step.reason}` : '';
  return [
    `${number}. ${step.step} -> ${step.outcome}${reason} (${step.action})`,
    ...step.lookups.map(lookup => `   ${formatLookup(lookup)}`),
  ];
}

function formatLookup(lookup: TracedLookup): string {
  const stale = lookup.staleForMs === undefined ? '' : `, expired ${lookup.staleForMs} ms ago`;
  const result = lookup.problem ?? (lookup.candidates.map(formatCandidate).join(', ') || 'nobody');
  return `${lookup.query}: ${result}${stale}`;
}

function formatCandidate({ entityRef, rejectedBecause }: TracedCandidate): string {
  return rejectedBecause ? `${entityRef} rejected (${rejectedBecause})` : entityRef;
}
