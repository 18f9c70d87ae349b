import type { AuditOutcome } from '../people';

/**
 * Outcomes in the words of a report, with a colour of their own.
 *
 * @internal
 */
export const outcomeLabels: Record<
  AuditOutcome,
  { readonly label: string; readonly color: string; readonly ansi: number }
> = {
  signsIn: { label: 'signs in', color: '#2e9e5b', ansi: 32 },
  nobody: { label: 'nobody', color: '#d64545', ansi: 31 },
  ambiguous: { label: 'ambiguous', color: '#8e44ad', ansi: 35 },
  denied: { label: 'denied', color: '#e08a1e', ansi: 33 },
  missing: { label: 'missing attribute', color: '#c2a83e', ansi: 33 },
  error: { label: 'error', color: '#7b2d26', ansi: 31 },
  inactive: { label: 'inactive', color: '#9aa5b1', ansi: 90 },
  service: { label: 'service account', color: '#6b7785', ansi: 90 },
};
