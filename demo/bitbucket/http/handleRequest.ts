import { handleToken } from '../oauth/handleToken';
import { errorPage } from '../pages/errorPage';
import { hasOAuth2Provider, ignoresAccessTokensOutsideRest } from '../rest/serverVersion';
import type { World } from '../World';
import { type Answer, htmlAnswer, jsonAnswer } from './Answer';
import { badCredentials, bitbucketError } from './bitbucketError';
import { loginRedirect } from './loginRedirect';
import type { RequestContext } from './RequestContext';
import { oauthRoutes, routes } from './routes';

/** Finds the handler of a request and runs it. */
export function handleRequest(world: World, request: RequestContext): Answer {
  const { path, method, caller } = request;
  const isRest = path.startsWith('/rest/');
  const known = hasOAuth2Provider(world.version) ? [...oauthRoutes, ...routes] : routes;
  const route = known.find(({ pattern }) => pattern.test(path));
  if (!route) {
    return isRest
      ? jsonAnswer(404, { message: `null for uri: ${path}`, 'status-code': 404 })
      : htmlAnswer(404, errorPage('Not found', 'The page you are looking for does not exist.'));
  }
  if (!route.methods.includes(method)) {
    const answer = bitbucketError(405, `The method ${method} is not allowed here.`, null);
    answer.headers.Allow = route.methods.join(', ');
    return answer;
  }
  if (caller.kind === 'bad-password' && isRest && route.handle !== handleToken) {
    return badCredentials();
  }
  if (caller.kind === 'access-token' && !isRest && ignoresAccessTokensOutsideRest(world.version)) {
    return loginRedirect(world.contextPath, path);
  }
  return route.handle(world, request, decodeSegment(route.pattern.exec(path)?.[1] ?? ''));
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) {
      return segment;
    }
    throw error;
  }
}
