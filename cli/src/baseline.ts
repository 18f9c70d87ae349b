import { parseDocument, stringify } from 'yaml';
import { AuditError } from './AuditError';
import type { AuditReport } from './audit';
import type { Finding } from './findings';
import { quote } from './quote';

/**
 * A finding that somebody has accepted.
 *
 * @public
 */
export interface AcceptedFinding {
  readonly rule: string;
  /** Whom it may concern. A finding that also concerns somebody else is not accepted. */
  readonly concerns: readonly string[];
  readonly reason: string;
  /** The day on which it was accepted, such as `2026-11-25`. */
  readonly date: string;
}

const keys = ['rule', 'concerns', 'reason', 'date'];

/**
 * Reads a list of accepted findings.
 *
 * @param text - YAML: `accepted: [{ rule, concerns, reason, date }]`
 * @param file - its name, for errors
 * @param today - `2026-11-25`
 * @throws {@link AuditError} that says what is wrong
 * @internal
 */
export function readBaseline(text: string, file: string, today: string): AcceptedFinding[] {
  const fail = (problem: string): never => {
    throw new AuditError(`${file}: ${problem}`);
  };
  const document = parseDocument(text, { logLevel: 'error' });
  const [error] = document.errors;
  if (error) fail(`cannot be read as YAML: ${error.message.split('\n')[0]}`);
  const content = document.toJS() as unknown;
  const { accepted } = (content ?? {}) as { accepted?: unknown };
  if (!Array.isArray(accepted)) return fail('"accepted" must be a list');
  return accepted.map((entry: unknown, index) => {
    const path = `accepted[${index}]`;
    if (typeof entry !== 'object' || entry === null) return fail(`"${path}" must be an object`);
    for (const key of Object.keys(entry)) {
      if (!keys.includes(key)) {
        fail(`"${path}.${key}" is not a known option; expected one of ${keys.join(', ')}`);
      }
    }
    const { rule, concerns, reason, date } = entry as Record<string, unknown>;
    const text = (key: string, value: unknown): string =>
      typeof value === 'string' && value.trim() !== ''
        ? value
        : fail(`"${path}.${key}" must be a non-empty string`);
    if (!Array.isArray(concerns) || !concerns.every(each => typeof each === 'string')) {
      return fail(`"${path}.concerns" must be a list of strings`);
    }
    const day = text('date', date);
    const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
    if (!isDay || day > today) {
      fail(
        `"${path}.date" must be a day such as ${today}, not later than today, got ${quote(day)}`,
      );
    }
    return { rule: text('rule', rule), concerns, reason: text('reason', reason), date: day };
  });
}

/** @internal */
export interface BaselineResult {
  /** The report with accepted findings marked, and a note for every entry that is no longer needed. */
  readonly report: AuditReport;
  /** Findings that are not accepted, except those of severity `info`. */
  readonly fresh: readonly Finding[];
}

/**
 * Marks the findings of a report that somebody has accepted.
 *
 * @internal
 */
export function applyBaseline(
  report: AuditReport,
  accepted: readonly AcceptedFinding[],
): BaselineResult {
  const used = new Set<AcceptedFinding>();
  const findings = report.findings.map(finding => {
    const entry = accepted.find(each => covers(each, finding));
    if (!entry) return finding;
    used.add(entry);
    return { ...finding, accepted: { reason: entry.reason, date: entry.date } };
  });
  const stale = accepted
    .filter(entry => !used.has(entry))
    .map(
      ({ rule, concerns, date }) =>
        `the baseline has accepted ${rule} of ${concerns.join(', ') || 'nobody'} since ${date}, but there is no such finding any more`,
    );
  const isOpen = ({ accepted: is }: Finding) => !is;
  const sorted = [...findings.filter(isOpen), ...findings.filter(each => !isOpen(each))];
  return {
    report: { ...report, findings: sorted, notes: [...report.notes, ...stale] },
    fresh: findings.filter(({ severity, accepted: is }) => severity !== 'info' && !is),
  };
}

function covers({ rule, concerns }: AcceptedFinding, finding: Finding): boolean {
  return finding.rule === rule && idsOf(finding).every(id => concerns.includes(id));
}

/** What identifies a finding of a rule: whom it concerns, or else the file. */
function idsOf(finding: Finding) {
  if (finding.concerns.length > 0 || !finding.source) return finding.concerns;
  return [finding.source.file];
}

/**
 * The entries that would accept findings, to be completed with a reason.
 *
 * @internal
 */
export function toBaselineEntries(findings: readonly Finding[], today: string): string {
  return stringify(
    findings.map(finding => ({
      rule: finding.rule,
      concerns: idsOf(finding),
      reason: '',
      date: today,
    })),
    { aliasDuplicateObjects: false },
  ).trimEnd();
}
