import type { AuditReport } from '../audit';
import { printable } from './printable';
import { describeLastUse } from './words';

const columns = [
  'username',
  'id',
  'displayName',
  'email',
  'lastUsed',
  'outcome',
  'entityRef',
  'step',
  'code',
  'reason',
  'candidates',
  'nearMisses',
] as const;

/**
 * The people of a report as CSV (RFC 4180) in UTF-8, with a byte order mark for spreadsheets. Anybody
 * can choose a name, so every field is quoted, control and invisible characters become `\u{…}`, and an
 * apostrophe is put before anything that a spreadsheet would run as a formula.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 * @public
 */
export function toCsv(report: AuditReport): string {
  const rows = report.people.map(person => {
    const { candidates, moreCandidates = 0 } = person;
    const more = moreCandidates > 0 ? [`and ${moreCandidates} more`] : [];
    const texts = {
      ...person,
      lastUsed: describeLastUse(person),
      candidates: [...candidates, ...more].join(' '),
      nearMisses: person.nearMisses.join(' | '),
    };
    return columns.map(name => texts[name] ?? '');
  });
  const incomplete = report.missing.map(text => [`# INCOMPLETE: ${text}`]);
  return `\ufeff${[columns, ...rows, ...incomplete].map(toRow).join('')}`;
}

function toRow(values: readonly (string | number)[]): string {
  return `${values.map(toField).join(',')}\r\n`;
}

// Also after other separators than a comma, because some programs split at those even within quotes, and
// with leading white space or full-width characters, which some programs accept.
const formulaStart = /(^|[,;|])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

function toField(value: string | number): string {
  const text = printable(String(value)).replace(formulaStart, "$1'");
  return `"${text.replaceAll('"', '""')}"`;
}
