import type { JudgedReport } from './JudgedReport';
import { toPrintableJson } from './printable';

/**
 * Version of the JSON report. It grows when a field goes or changes its meaning; fields may be added
 * without.
 *
 * @public
 */
export const reportVersion = 1;

/**
 * A report as JSON, as `docs/audit-report.schema.json` describes it.
 *
 * @public
 */
export function toJson(report: JudgedReport): string {
  return `${toPrintableJson({ version: reportVersion, ...report })}\n`;
}
