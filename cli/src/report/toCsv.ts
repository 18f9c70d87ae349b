import type { AuditReport } from '../audit';
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
];

/**
 * The people of a report as CSV (RFC 4180). What a spreadsheet would run as a formula gets an
 * apostrophe in front: names are chosen by strangers.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 * @public
 */
export function toCsv(report: AuditReport): string {
  const rows = report.people.map(person => [
    person.username,
    person.id === undefined ? '' : String(person.id),
    person.displayName,
    person.email ?? '',
    describeLastUse(person),
    person.outcome,
    person.entityRef ?? '',
    person.step ?? '',
    person.code ?? '',
    person.reason ?? '',
    person.candidates.join(' '),
    person.nearMisses.join(' | '),
  ]);
  const incomplete = report.missing.map(text => [`# INCOMPLETE: ${text}`]);
  return [columns, ...rows, ...incomplete].map(row => `${row.map(toField).join(',')}\r\n`).join('');
}

function toField(value: string): string {
  // Full-width forms and white space in front count for some programs, too.
  const text = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
