import { parseDocument, stringify } from 'yaml';
import { AuditError } from './AuditError';
import type { AuditReport } from './audit';
import { findingRules } from './findings';
import type { Finding, FindingRule } from './findings';
import { quote } from './quote';
import { relativePath } from './sources';

/**
 * A finding that somebody has accepted.
 *
 * @public
 */
export interface AcceptedFinding {
  readonly rule: FindingRule;
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
  const checkKeys = (value: object, path: string, known: readonly string[]) => {
    const unknown = Object.keys(value).find(key => !known.includes(key));
    if (unknown === undefined) return;
    fail(`${quote(path + unknown)} is not a known option; expected one of ${known.join(', ')}`);
  };
  const content = parse(text, problem => fail(`cannot be read as YAML: ${problem}`));
  const { accepted } = (content ?? {}) as { accepted?: unknown };
  if (!Array.isArray(accepted)) return fail('"accepted" must be a list');
  checkKeys(content as object, '', ['accepted']);
  return accepted.map((entry: unknown, index) => {
    const path = `accepted[${index}]`;
    if (typeof entry !== 'object' || entry === null) return fail(`"${path}" must be an object`);
    checkKeys(entry, `${path}.`, keys);
    const { rule, concerns, reason, date } = entry as Record<string, unknown>;
    const text = (key: string, value: unknown): string =>
      typeof value === 'string' && value.trim() !== ''
        ? value
        : fail(`"${path}.${key}" must be a non-empty string`);
    const known = findingRules.find(each => each === rule);
    if (!known) {
      return fail(
        `"${path}.rule" must be one of ${findingRules.join(', ')}, got ${quote(text('rule', rule))}`,
      );
    }
    if (!Array.isArray(concerns) || !concerns.every(each => typeof each === 'string')) {
      return fail(`"${path}.concerns" must be a list of strings`);
    }
    const day = text('date', date);
    if (!isDay(day) || day > today) {
      fail(
        `"${path}.date" must be a day such as ${today}, not later than today, got ${quote(day)}`,
      );
    }
    return { rule: known, concerns, reason: text('reason', reason), date: day };
  });
}

function parse(text: string, fail: (problem: string) => never): unknown {
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const [error] = document.errors;
    if (error) throw error;
    // Throws for an alias without an anchor, and for aliases that multiply.
    return document.toJS();
  } catch (error) {
    return fail((error as Error).message.split('\n')[0]!);
  }
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * Marks the findings of a report that somebody has accepted, and adds a note for every entry that is
 * no longer needed.
 *
 * @param root - folder to which paths of files in the list are relative
 * @internal
 */
export function applyBaseline(
  report: AuditReport,
  accepted: readonly AcceptedFinding[],
  root: string,
): AuditReport {
  const used = new Set<AcceptedFinding>();
  const findings = report.findings.map(finding => {
    const entries = accepted.filter(each => covers(each, finding, root));
    const [entry] = entries;
    if (!entry) return finding;
    for (const each of entries) used.add(each);
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
  return { ...report, findings: sorted, notes: [...report.notes, ...stale] };
}

function covers({ rule, concerns }: AcceptedFinding, finding: Finding, root: string): boolean {
  return finding.rule === rule && idsOf(finding, root).every(id => concerns.includes(id));
}

/** What identifies a finding of a rule: whom it concerns, or else the file, wherever it is checked out. */
function idsOf(finding: Finding, root: string): readonly string[] {
  if (finding.concerns.length > 0 || !finding.source) return finding.concerns;
  return [relativePath(finding.source.file, root)];
}

/**
 * The entries that would accept findings, to be completed with a reason.
 *
 * @internal
 */
export function toBaselineEntries(
  findings: readonly Finding[],
  today: string,
  root: string,
): string {
  return stringify(
    findings.map(finding => ({
      rule: finding.rule,
      concerns: [...idsOf(finding, root)],
      reason: '',
      date: today,
    })),
    { aliasDuplicateObjects: false },
  ).trimEnd();
}
