import type { Fault } from '../../../demo/bitbucket';

/** The ways in which a call can go wrong, by the names of the table. */
export const faults = {
  '401': () => ({ status: 401 }),
  '403': () => ({ status: 403 }),
  '404': () => ({ status: 404 }),
  '429': () => ({ status: 429, headers: { 'Retry-After': '1' } }),
  '500': () => ({ status: 500 }),
  '503': () => ({ status: 503 }),
  'HTML page': () => ({ html: true }),
  'cut JSON': () => ({ cut: true }),
  'wrong JSON': () => ({ json: { unexpected: true } }),
  '10 MB body': () => ({ bytes: 10 * 1024 * 1024 }),
  'slow headers': (slow: Promise<unknown>) => ({ hold: slow }),
  'slow body': (slow: Promise<unknown>) => ({ holdBody: slow }),
  'connection reset': () => ({ reset: true }),
  '302 to login': () => ({ redirectToLogin: true }),
} satisfies Record<string, (slow: Promise<unknown>) => Fault>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];

export const isSlow = (name: FaultName): boolean => name.startsWith('slow');
