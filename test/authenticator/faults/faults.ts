import type { Fault } from '../../../demo/bitbucket';

type MakeFault = (slow: Promise<unknown>) => Fault;

/** The ways in which any call can go wrong, by the names of the table. */
const anywhere = {
  '401': () => ({ status: 401 }),
  '403': () => ({ status: 403 }),
  '404': () => ({ status: 404 }),
  '408': () => ({ status: 408 }),
  '418': () => ({ status: 418 }),
  '425': () => ({ status: 425 }),
  '429': () => ({ status: 429, headers: { 'Retry-After': '1' } }),
  '500': () => ({ status: 500 }),
  '502': () => ({ status: 502 }),
  '503': () => ({ status: 503 }),
  '507': () => ({ status: 507 }),
  'maintenance page': () => ({
    htmlStatus: 503,
    headers: { 'Retry-After': 'Thu, 31 Dec 2099 23:59:59 GMT' },
  }),
  'HTML page': () => ({ html: true }),
  'cut JSON': () => ({ cut: true }),
  'wrong JSON': () => ({ json: { unexpected: true } }),
  '10 MB body': () => ({ bytes: 10 * 1024 * 1024 }),
  'slow headers': slow => ({ hold: slow }),
  'slow body': slow => ({ holdBody: slow }),
  'connection reset': () => ({ reset: true }),
  'reset half-way': () => ({ cut: 'connection' }),
  'broken gzip': () => ({ gzip: 'broken' }),
  '302 to login': () => ({ redirectToLogin: true }),
  'wrong content type': () => ({ headers: { 'Content-Type': 'text/plain' } }),
  'reset after body': () => ({ cut: 'after-body' }),
  'length too long': () => ({ extraLength: 10 }),
  'body in pieces': () => ({ pieces: 7 }),
} satisfies Record<string, MakeFault>;

/** What can be odd about tokens that are there all the same. */
const ofTokens = {
  'no expires_in': () => ({ patch: { expires_in: undefined } }),
  'odd expires_in': () => ({ patch: { expires_in: 'soon' } }),
  'odd scope': () => ({ patch: { scope: ['REPO_READ'] } }),
  'empty scope': () => ({ patch: { scope: '' } }),
  'no token_type': () => ({ patch: { token_type: undefined } }),
  'odd token_type': () => ({ patch: { token_type: 'mac' } }),
} satisfies Record<string, MakeFault>;

/** What can be odd about a list of users. */
const ofLists = {
  'page loop': () => ({ patch: { isLastPage: false, nextPageStart: 0 } }),
  'empty list': () => ({ patch: { values: [], isLastPage: true } }),
} satisfies Record<string, MakeFault>;

export const faults: Record<FaultName, MakeFault> = { ...anywhere, ...ofTokens, ...ofLists };

export type CommonFaultName = keyof typeof anywhere;
export type TokenFaultName = keyof typeof ofTokens;
export type ListFaultName = keyof typeof ofLists;
export type FaultName = CommonFaultName | TokenFaultName | ListFaultName;

export const faultNames = [anywhere, ofTokens, ofLists].flatMap(
  group => Object.keys(group) as FaultName[],
);

export const isSlow = (name: FaultName): boolean => name.startsWith('slow');
