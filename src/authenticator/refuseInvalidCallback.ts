import type { LoggerService } from '@backstage/backend-plugin-api';
import { decodeOAuthState, sendWebMessageResponse } from '@backstage/plugin-auth-node';
import type { AuthProviderRouteHandlers, OAuthState } from '@backstage/plugin-auth-node';
import { createSignInError, logSignInError } from '../errors';

type FrameHandler = AuthProviderRouteHandlers['frameHandler'];
type Request = Parameters<FrameHandler>[0];
type Response = Parameters<FrameHandler>[1];

export interface CallbackGuard {
  readonly providerId: string;
  readonly appUrl: string;
  readonly isOriginAllowed: (origin: string) => boolean;
  readonly logger: LoggerService;
}

/**
 * Answers a callback that does not belong to an attempt of this browser, and says so in a way that the
 * person understands. `false`: the callback is in order and not answered.
 *
 * @internal
 */
export function refuseInvalidCallback(req: Request, res: Response, guard: CallbackGuard): boolean {
  const state = readState(req);
  const problem = findProblem(req, state, guard);
  if (!problem) return false;
  const [detail, hint] = problem;
  const error = createSignInError('AUTHORIZATION_STATE_INVALID', {
    phase: 'authorize',
    detail,
    hint,
  });
  logSignInError(guard.logger, error);
  const { name, message } = error;
  // Nobody has vouched for this state yet: only what points to the app itself may be followed.
  const redirectUrl = state?.flow === 'redirect' && allowedUrl(state.redirectUrl, guard);
  if (redirectUrl) {
    redirectUrl.searchParams.set('error', message);
    res.redirect(redirectUrl.href);
  } else {
    const origin = allowedUrl(state?.origin, guard)?.origin ?? new URL(guard.appUrl).origin;
    sendWebMessageResponse(res, origin, {
      type: 'authorization_response',
      error: { name, message } as Error,
    });
  }
  return true;
}

function findProblem(
  req: Request,
  state: OAuthState | undefined,
  guard: CallbackGuard,
): [detail: string, hint: string] | undefined {
  if (!state) {
    return [
      'the state is missing or not readable',
      'The address you came back with is incomplete.',
    ];
  }
  const cookies = req.cookies as Readonly<Record<string, string | undefined>> | undefined;
  const nonce = cookies?.[`${guard.providerId}-nonce`];
  if (!nonce) {
    return [
      'the nonce cookie is missing: older than ten minutes, from another browser, or blocked',
      'It was started more than ten minutes ago or in another browser, or your browser blocks cookies.',
    ];
  }
  if (nonce !== state.nonce) {
    return [
      'the nonce of the state is not that of the cookie',
      'Another attempt was started after it.',
    ];
  }
  if (state.redirectUrl !== undefined && !allowedUrl(state.redirectUrl, guard)) {
    return [
      'the redirect URL of the state is not on an allowed origin',
      'It would lead to an address that does not belong to this Backstage.',
    ];
  }
  return undefined;
}

function readState(req: Request): OAuthState | undefined {
  const { state } = req.query;
  if (typeof state !== 'string') return undefined;
  try {
    return decodeOAuthState(state);
  } catch {
    return undefined;
  }
}

function allowedUrl(value: string | undefined, guard: CallbackGuard): URL | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  return guard.isOriginAllowed(url.origin) ? url : undefined;
}
