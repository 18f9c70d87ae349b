import { gzipSync } from 'node:zlib';
import { type Answer, htmlAnswer, jsonAnswer } from '../http/Answer';
import { bitbucketError } from '../http/bitbucketError';
import { loginRedirect } from '../http/loginRedirect';
import { oauthError } from '../http/oauthError';
import { errorPage } from '../pages/errorPage';
import { loginPage } from '../pages/loginPage';
import type { Fault, RouteName } from './Fault';

/** Resources that answer a browser, or at least no JSON. */
const pages: ReadonlySet<RouteName> = new Set([
  'authorize',
  'consent',
  'avatar',
  'applinks-whoami',
]);

/** Where the fault strikes. */
export interface FaultPlace {
  routes: RouteName[];
  path: string;
  contextPath: string;
}

/** Whether the fault puts another answer in the place of the server's own. */
export function replacesAnswer(fault: Fault): boolean {
  return Boolean(
    fault.status ||
    fault.html ||
    fault.htmlStatus ||
    fault.redirectToLogin ||
    fault.reset ||
    'json' in fault ||
    'body' in fault,
  );
}

/** The answer that the fault puts in the place of the server's own; for {@link replacesAnswer} faults. */
export function replacementFor(fault: Fault, place: FaultPlace): Answer {
  const status = fault.status ?? 200;
  if (fault.html || fault.htmlStatus) {
    return fault.htmlStatus
      ? htmlAnswer(fault.htmlStatus, errorPage(`Error ${fault.htmlStatus}`, 'The proxy says no.'))
      : htmlAnswer(status, loginPage());
  }
  if (fault.redirectToLogin) {
    return loginRedirect(place.contextPath, place.path);
  }
  if ('json' in fault) {
    return jsonAnswer(status, fault.json);
  }
  const answer = ownErrorOf(status, place.routes);
  if ('body' in fault) {
    answer.body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
  }
  return answer;
}

/** An error the way the resource tells it: RFC 6749 at the token endpoint, a page for a browser, else REST. */
function ownErrorOf(status: number, routes: RouteName[]): Answer {
  if (routes.includes('token') || routes.includes('refresh')) {
    return oauthError(status);
  }
  if (routes.some(route => pages.has(route))) {
    return htmlAnswer(status, errorPage(`Error ${status}`, 'Bitbucket could not do this.'));
  }
  return bitbucketError(status);
}

/**
 * Whether a replaced answer still carries the identity: Bitbucket puts it on its own 403, 404 and 500, while a
 * 401, a limit or a page comes from before anybody was recognised.
 */
export function keepsIdentity({ html, htmlStatus, redirectToLogin, status = 200 }: Fault): boolean {
  return !html && !htmlStatus && !redirectToLogin && [200, 403, 404, 500].includes(status);
}

/** The server's own answer with what the fault does to headers and body. */
export function damage(answer: Answer, { patch, bytes, gzip, headers }: Fault): Answer {
  let { body } = answer;
  if (patch) {
    body = patchJson(body.toString(), patch);
  }
  if (bytes !== undefined) {
    body = pad(body.toString(), bytes);
  }
  const encoding: Record<string, string> = gzip ? { 'Content-Encoding': 'gzip' } : {};
  if (gzip) {
    body = gzip === 'broken' ? spoil(gzipSync(body)) : gzipSync(body);
  }
  return { ...answer, headers: { ...answer.headers, ...encoding, ...headers }, body };
}

function patchJson(json: string, patch: Record<string, unknown>): string {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('The fault "patch" is for answers that are a JSON object');
  }
  return JSON.stringify({ ...value, ...patch });
}

/** A gzip header is ten bytes; what follows is turned into nonsense that no decoder takes. */
function spoil(compressed: Buffer): Buffer {
  return Buffer.concat([compressed.subarray(0, 10), Buffer.alloc(compressed.length - 10, 0xff)]);
}

function pad(json: string, bytes: number): string {
  const padding = 'x'.repeat(bytes);
  if (json === '' || !/^\s*[[{]/.test(json)) {
    return json + padding;
  }
  // As a first key it leaves the documented keys as they were.
  return json.startsWith('{')
    ? `{"padding":"${padding}",${json.slice(1)}`
    : `["${padding}",${json.slice(1)}`;
}
