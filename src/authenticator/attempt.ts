import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeOAuthState } from '@backstage/plugin-auth-node';
import type { OAuthState } from '@backstage/plugin-auth-node';
import { z } from 'zod/v3';
import { SignInError } from '../errors';
import type { ProviderConfig } from './authenticatorConfig';
import { sha256 } from './session';

/** An Express request, which has its response; other callers may have none. */
export type RequestWithResponse = IncomingMessage & {
  readonly res?: ServerResponse;
  readonly cookies?: Readonly<Record<string, string | undefined>>;
};

/** The value of our cookie, JSON in base64url. It comes back from the browser. */
const contentSchema = z.object({
  /** PKCE verifier. */
  v: z.string().regex(/^[\w-]{43}$/),
  /** What the attempt was made for: nonce, environment, server, application link. */
  b: z.string(),
  /** Scope that was asked for. */
  s: z.string(),
  /** Whether there was a session already. */
  n: z.boolean(),
  /** Attributes of the cookies, to clear them with: they go into a header, and nothing else may. */
  a: z.string().regex(/^(; ?[A-Za-z-]+(=[\w./~%:-]*)?)*$/),
});
type CookieContent = z.output<typeof contentSchema>;

/**
 * Starts an attempt: the address of Bitbucket's consent page, and a cookie with a random PKCE
 * verifier beside Backstage's nonce, so that only this browser can redeem the code. Requests only
 * the scopes that it is given.
 *
 * @see https://confluence.atlassian.com/bitbucketserver/bitbucket-oauth-2-0-provider-api-1108483661.html
 * @see https://www.rfc-editor.org/rfc/rfc7636
 */
export function startAttempt(
  req: RequestWithResponse,
  { scope, state }: { readonly scope: string; readonly state: string },
  config: ProviderConfig,
): string {
  const verifier = randomBytes(32).toString('base64url');
  const { res } = req;
  const decoded = decodeOAuthState(state);
  if (!res) {
    throw new SignInError('AUTHORIZATION_FAILED', {
      phase: 'authorize',
      detail: 'The start request has no response to set a cookie on',
    });
  }
  const { prefix, attributes } = nonceCookieOf(res, config);
  const content: CookieContent = {
    v: verifier,
    b: bindingOf(decoded, config),
    s: scope,
    n: Object.keys(req.cookies ?? {}).some(name => name.startsWith(`${prefix}-refresh-token`)),
    a: attributes.replace(/;\s*(max-age|expires)=[^;]*/gi, ''),
  };
  const value = Buffer.from(JSON.stringify(content)).toString('base64url');
  setCookie(res, `${prefix}-attempt=${value}${attributes}`);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: config.callbackUrl,
    ...(scope && { scope }),
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
  });
  return `${config.baseUrl}/rest/oauth2/latest/authorize?${query}`;
}

/**
 * Takes the attempt of a callback after Backstage has compared its nonce with the cookie. The
 * attempt ends here, whatever comes next: both cookies are cleared, so that a state and a code work
 * only once, even for somebody who knows the URL.
 *
 * @throws SignInError `AUTHORIZATION_STATE_INVALID`
 */
export function takeAttempt(req: RequestWithResponse, state: unknown, config: ProviderConfig) {
  const decoded = decodeOAuthState(typeof state === 'string' ? state : '');
  const cookies = req.cookies ?? {};
  const nonceCookie = Object.keys(cookies).find(
    name => name.endsWith('-nonce') && cookies[name] === decoded.nonce,
  );
  const prefix = nonceCookie?.slice(0, -'-nonce'.length) ?? 'bitbucketServer';
  const content = readContent(cookies[`${prefix}-attempt`]);
  if (req.res) {
    const attributes = content?.a ?? defaultAttributes(config);
    for (const name of ['nonce', 'attempt']) {
      setCookie(req.res, `${prefix}-${name}=${attributes}; Max-Age=0; Expires=${epoch}`);
    }
  }
  if (!content) {
    throw stateInvalid(
      'the cookie of the attempt is missing or not readable',
      'It was started in another browser, or your browser blocks cookies.',
    );
  }
  if (content.b !== bindingOf(decoded, config)) {
    throw stateInvalid(
      'the attempt was made for another environment, Bitbucket Server or application link',
      'It was started for another Bitbucket Server.',
    );
  }
  return {
    verifier: content.v,
    scope: content.s,
    signedIn: content.n,
    additionalScopes: config.additionalScopes,
  };
}

const epoch = new Date(0).toUTCString();

function readContent(value = ''): CookieContent | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
    return contentSchema.parse(json);
  } catch {
    // Not the cookie of an attempt. The caller reports it.
    return undefined;
  }
}

function bindingOf({ nonce, env }: OAuthState, { baseUrl, clientId }: ProviderConfig): string {
  return sha256([nonce, env, baseUrl, clientId].join('\n'));
}

/**
 * Backstage has just set the nonce cookie. The same attributes are right for ours, whichever router
 * serves the request and however its cookies are configured.
 */
function nonceCookieOf(res: ServerResponse, config: ProviderConfig) {
  const lines = [res.getHeader('set-cookie') ?? []].flat().map(String).reverse();
  for (const line of lines) {
    const [, prefix, attributes] = /^([\w.-]+)-nonce=[^;]+(;.*)$/.exec(line) ?? [];
    if (prefix && attributes && !/max-age=0/i.test(attributes)) return { prefix, attributes };
  }
  return {
    prefix: 'bitbucketServer',
    attributes: `${defaultAttributes(config)}; Max-Age=600`,
  };
}

function defaultAttributes({ callbackUrl }: ProviderConfig): string {
  const { pathname, protocol } = new URL(callbackUrl);
  const path = pathname.replace(/\/frame$/, '');
  return `; Path=${path}; HttpOnly; SameSite=Lax${protocol === 'https:' ? '; Secure' : ''}`;
}

function setCookie(res: ServerResponse, line: string): void {
  const before = [res.getHeader('set-cookie') ?? []].flat().map(String);
  res.setHeader('Set-Cookie', [...before, line]);
}

/** The error of a callback that belongs to no attempt of its browser. */
export function stateInvalid(detail: string, hint: string) {
  return new SignInError('AUTHORIZATION_STATE_INVALID', { phase: 'authorize', detail, hint });
}
