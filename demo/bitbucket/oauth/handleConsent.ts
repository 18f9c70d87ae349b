import { type Answer, htmlAnswer } from '../http/Answer';
import type { RequestContext } from '../http/RequestContext';
import { consentPage } from '../pages/consentPage';
import { errorPage } from '../pages/errorPage';
import type { SimulatedPerson } from '../SimulatorOptions';
import type { World } from '../World';
import { type AuthorizeRequest, checkAuthorizeRequest } from './checkAuthorizeRequest';
import { redirectBack } from './redirectBack';

/**
 * The consent page, shown every time. Where the real one needs a session, this one lets choose who signs in:
 * GET shows it (`person` preselects), POST with `username` and `decision` answers it.
 */
export function handleConsent(world: World, { method, query, form }: RequestContext): Answer {
  // The page is reachable without the authorize resource, so it checks everything again.
  const checked = checkAuthorizeRequest(world, method === 'POST' ? form : query);
  if ('refusal' in checked) {
    return checked.refusal;
  }
  const { request } = checked;
  if (method !== 'POST') {
    const action = `${world.contextPath}/plugins/servlet/oauth2/consent`;
    return htmlAnswer(200, consentPage({ request, people: world.people.all, query, action }));
  }
  if (form.get('decision') !== 'allow') {
    return redirectBack(
      request.redirectUri,
      {
        error: 'access_denied',
        error_description: 'The resource owner denied the request to authorize the application',
      },
      request.state,
    );
  }
  const person = world.people.byName(form.get('username') ?? '');
  return person
    ? grantCode(world, request, person)
    : htmlAnswer(400, errorPage('Nobody was chosen', 'Go back and choose a person to sign in as.'));
}

/** Issues a code and sends the browser back with it. */
export function grantCode(
  { grants }: Pick<World, 'grants'>,
  { client, redirectUri, state, codeChallenge, codeChallengeMethod }: AuthorizeRequest,
  person: SimulatedPerson,
): Answer {
  const { clientId } = client;
  const code = grants.issueCode({
    person,
    clientId,
    redirectUri,
    codeChallenge,
    codeChallengeMethod,
  });
  return redirectBack(redirectUri, { code }, state);
}
