import type { AuditSummary } from '../../AuditReport';
import { auditOutcomes } from '../../people';
import { formatPercent } from '../formatPercent';
import { outcomeLabels } from '../outcomeLabels';

const radius = 80;
const round = 2 * Math.PI * radius;

/**
 * The outcomes of those who should be able to sign in as a ring, with the coverage in its middle.
 *
 * @internal
 */
export function drawDonut({ counts, coverage, expected }: AuditSummary): string {
  let before = 0;
  const arcs = auditOutcomes
    .filter(outcome => outcome !== 'inactive' && outcome !== 'service' && counts[outcome] > 0)
    .map(outcome => {
      const length = (counts[outcome] / expected) * round;
      const { label, color } = outcomeLabels[outcome];
      const arc = `<circle r="${radius}" fill="none" stroke="${color}" stroke-width="30" stroke-dasharray="${length.toFixed(2)} ${round.toFixed(2)}" stroke-dashoffset="${(-before).toFixed(2)}"><title>${label}: ${counts[outcome]}</title></circle>`;
      before += length;
      return arc;
    });
  return `<svg class="donut" viewBox="-100 -100 200 200" role="img" aria-label="${formatPercent(coverage)} of ${expected} people would sign in"><g transform="rotate(-90)"><circle r="${radius}" fill="none" class="track" stroke-width="30"/>${arcs.join('')}</g><text y="2" text-anchor="middle" class="big">${formatPercent(coverage)}</text><text y="24" text-anchor="middle" class="small">of ${expected} people sign in</text></svg>`;
}
