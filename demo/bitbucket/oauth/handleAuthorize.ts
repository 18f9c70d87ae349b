import { type Answer, redirectAnswer } from '../http/Answer';
import type { RequestContext } from '../http/RequestContext';
import type { World } from '../World';
import { checkAuthorizeRequest } from './checkAuthorizeRequest';

/** `GET /rest/oauth2/latest/authorize`: checks the request and moves the browser on to the consent page. */
export function handleAuthorize(world: World, { query }: RequestContext): Answer {
  const checked = checkAuthorizeRequest(world, query);
  return 'refusal' in checked
    ? checked.refusal
    : redirectAnswer(`${world.contextPath}/plugins/servlet/oauth2/consent?${query}`);
}
