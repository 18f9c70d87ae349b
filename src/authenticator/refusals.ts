import { ConfigReader } from '@backstage/config';
import {
  createOAuthAuthenticator,
  createOAuthRouteHandlers,
  decodeOAuthState,
  sendWebMessageResponse,
} from '@backstage/plugin-auth-node';
import type {
  AuthProviderFactory,
  AuthProviderRouteHandlers,
  OAuthState,
} from '@backstage/plugin-auth-node';
import type { SignInError } from '../errors';

export type Request = Parameters<AuthProviderRouteHandlers['start']>[0];
export type Response = Parameters<AuthProviderRouteHandlers['start']>[1];
export type ProviderContext = Parameters<AuthProviderFactory>[0];

/**
 * Answers a page load with a readable refusal: in the popup, or on the page that the redirect flow
 * came from. The target comes from the request, so only one that belongs to the app is used.
 */
export function sendRefusal(
  res: Response,
  { flow, origin, redirectUrl }: Partial<OAuthState>,
  { name, message }: SignInError,
  context: ProviderContext,
): void {
  res.setHeader('Cache-Control', 'no-store');
  const page = flow === 'redirect' && allowedUrl(redirectUrl, context);
  if (page) {
    page.searchParams.set('error', message);
    res.redirect(page.href);
  } else {
    const opener = allowedUrl(origin, context)?.origin ?? new URL(context.appUrl).origin;
    sendWebMessageResponse(res, opener, {
      type: 'authorization_response',
      error: { name, message } as Error,
    });
  }
}

/**
 * Answers a refresh that an outage has refused, as Backstage's error middleware would. The
 * middleware also logs a stack for each answer of 500 and above, which would be thousands of lines
 * in an outage of another system.
 */
export function sendOutage(req: Request, res: Response, error: SignInError): void {
  const { name, message, code, reference, phase } = error;
  res.status(503).json({
    error: { name, message, code, reference, phase },
    request: { method: req.method, url: req.url },
    response: { statusCode: 503 },
  });
}

/** `undefined` for what is not a URL of this Backstage. */
export function allowedUrl(
  value: string | undefined,
  { isOriginAllowed }: ProviderContext,
): URL | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return isOriginAllowed(url.origin) ? url : undefined;
}

/** `undefined` for a state that Backstage has not made. */
export function readState(req: Request): OAuthState | undefined {
  const { state } = req.query;
  if (typeof state !== 'string') return undefined;
  try {
    return decodeOAuthState(state);
  } catch {
    // Not a state. The caller reports it.
    return undefined;
  }
}

/**
 * Routes of a provider or environment that cannot sign anybody in: each answers with the reason.
 * Signing out still deletes the cookie.
 *
 * @param refuse - makes the error of one request, and logs it; `operation` is what the request ends
 */
export function createRefusingHandlers(
  context: ProviderContext,
  refuse: (req: Request, operation?: 'sign_in' | 'refresh') => SignInError,
): AuthProviderRouteHandlers {
  const unused = async (): Promise<never> => {
    throw new Error('This provider cannot sign anybody in');
  };
  // Only Backstage knows the names and paths of its cookies.
  const { logout } = createOAuthRouteHandlers<undefined>({
    ...context,
    config: new ConfigReader({}),
    authenticator: createOAuthAuthenticator({
      defaultProfileTransform: unused,
      initialize: () => undefined,
      start: unused,
      authenticate: unused,
      refresh: unused,
    }),
  });
  return {
    async start(req, res) {
      sendRefusal(res, req.query, refuse(req), context);
    },
    async frameHandler(req, res) {
      sendRefusal(res, readState(req) ?? {}, refuse(req, 'sign_in'), context);
    },
    async refresh(req) {
      throw refuse(req, 'refresh');
    },
    logout,
  };
}
