import type { ClientAuthResponse } from '@backstage/plugin-auth-node';
import { createCookieJar } from './createCookieJar';
import type { CookieJar } from './createCookieJar';

/** What Backstage tells the browser when a sign-in or a refresh is over. */
export interface SignInOutcome {
  readonly response?: ClientAuthResponse<{ accessToken: string; scope: string }>;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A browser's share of a sign-in: where Backstage is, and the cookies. */
export interface HttpSession {
  readonly backendUrl: string;
  readonly cookies: CookieJar;
}

export interface SignInOverHttpOptions {
  /** Default: a new one. */
  session?: HttpSession;
  /** Default: `allow`. */
  decision?: 'allow' | 'deny';
  /** Default: `PUBLIC_REPOS`. */
  scope?: string;
}

const MAX_REDIRECTS = 10;

/** Does what the popup of Backstage's frontend does, consent included, and reads the answer of the popup. */
export async function signInOverHttp(
  backendUrl: string,
  username: string,
  options: SignInOverHttpOptions = {},
): Promise<SignInOutcome & { session: HttpSession }> {
  const { decision = 'allow', scope = 'PUBLIC_REPOS' } = options;
  const session = options.session ?? { backendUrl, cookies: createCookieJar() };
  const start = authUrl(session, '/start');
  start.search = String(
    new URLSearchParams({ env: 'development', scope, origin: backendUrl, flow: 'popup' }),
  );
  let page = await follow(session, start);
  if (page.html.includes('<form')) {
    const { action, fields } = readForm(page.html);
    const body = new URLSearchParams({ ...fields, username, decision });
    page = await follow(session, new URL(action, page.url), { method: 'POST', body });
  }
  return { ...readWebMessage(page.html), session };
}

/** Does what Backstage's frontend does when a page is loaded. */
export async function refreshOverHttp(session: HttpSession): Promise<SignInOutcome> {
  const url = authUrl(session, '/refresh');
  url.search = String(new URLSearchParams({ env: 'development', scope: 'PUBLIC_REPOS' }));
  const headers = { 'x-requested-with': 'XMLHttpRequest' };
  const answer = await send(session, url, { headers });
  const body: unknown = await answer.json();
  if (answer.ok) return { response: body as SignInOutcome['response'] };
  return { error: (body as SignInOutcome).error };
}

/** Ends the session as the frontend's "Sign out" does. */
export async function signOutOverHttp(session: HttpSession): Promise<void> {
  const url = authUrl(session, '/logout?env=development');
  const headers = { 'x-requested-with': 'XMLHttpRequest', origin: session.backendUrl };
  const answer = await send(session, url, { method: 'POST', headers });
  if (!answer.ok) throw new Error(`Signing out answered ${answer.status}: ${await answer.text()}`);
}

function authUrl({ backendUrl }: HttpSession, path: string): URL {
  return new URL(`${backendUrl}/api/auth/bitbucketServer${path}`);
}

async function send({ cookies }: HttpSession, url: URL, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const cookie = cookies.header(url);
  if (cookie) headers.set('cookie', cookie);
  const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
  cookies.store(url, answer);
  return answer;
}

async function follow(session: HttpSession, first: URL, firstInit: RequestInit = {}) {
  let url = first;
  let init = firstInit;
  for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
    const answer = await send(session, url, init);
    const html = await answer.text();
    const location = answer.headers.get('location');
    if (!location) return { url, html };
    url = new URL(location, url);
    init = {};
  }
  throw new Error(`More than ${MAX_REDIRECTS} redirects from ${first}`);
}

function readForm(html: string): { action: string; fields: Record<string, string> } {
  const action = unescapeHtml(/<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? '');
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  const fields = Array.from(inputs, ([, name = '', value = '']) => [name, value].map(unescapeHtml));
  return { action, fields: Object.fromEntries(fields) };
}

function readWebMessage(html: string): SignInOutcome {
  const encoded = /authResponse = decodeURIComponent\('([^']*)'\)/.exec(html)?.[1];
  if (!encoded) throw new Error(`The sign-in ended on a page without an answer: ${html}`);
  return JSON.parse(decodeURIComponent(encoded)) as SignInOutcome;
}

/** The simulator writes every special character as a number. */
function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
}
