import { handleAuthorize } from '../oauth/handleAuthorize';
import { handleConsent } from '../oauth/handleConsent';
import { handleToken } from '../oauth/handleToken';
import { errorPage } from '../pages/errorPage';
import { homePage } from '../pages/homePage';
import { loginPage } from '../pages/loginPage';
import { drawAvatar } from '../people/drawAvatar';
import { handleApplicationProperties } from '../rest/handleApplicationProperties';
import { handleUser, handleUsers } from '../rest/handleUsers';
import type { World } from '../World';
import { type Answer, htmlAnswer, jsonAnswer } from './Answer';
import { personOf } from './authenticateCaller';
import { bitbucketError, notPermitted } from './bitbucketError';
import type { RequestContext } from './RequestContext';

/** A resource of the server. */
export interface Route {
  methods: string[];
  pattern: RegExp;
  /** `segment` is what the pattern's group matched, decoded. */
  handle(world: World, request: RequestContext, segment: string): Answer;
}

const API = String.raw`^/rest/api/(?:latest|1\.0)`;
const OAUTH2 = String.raw`^/rest/oauth2/(?:latest|1\.0)`;

function get(pattern: string, handle: Route['handle']): Route {
  return { methods: ['GET', 'HEAD'], pattern: new RegExp(`${pattern}$`), handle };
}

/** A resource that an anonymous caller gets a 401 from. */
function secured(pattern: string, handle: Route['handle']): Route {
  return get(pattern, (world, request, segment) =>
    personOf(request.caller) ? handle(world, request, segment) : bitbucketError(401),
  );
}

/** Resources of the OAuth 2.0 provider. */
export const oauthRoutes: Route[] = [
  get(`${OAUTH2}/authorize`, handleAuthorize),
  { methods: ['POST'], pattern: new RegExp(`${OAUTH2}/token$`), handle: handleToken },
  // Administration of links: a probe for the provider gets a 401 here, never a list.
  secured(`${OAUTH2}/client`, notPermitted),
  {
    methods: ['GET', 'HEAD', 'POST'],
    pattern: /^\/plugins\/servlet\/oauth2\/consent$/,
    handle: handleConsent,
  },
];

/** All others. */
export const routes: Route[] = [
  get(`${API}/application-properties`, handleApplicationProperties),
  secured(`${API}/users`, (world, request) => handleUsers(world, request, false)),
  secured(`${API}/users/([^/]+)`, handleUser),
  secured(`${API}/admin/users`, (world, request) => handleUsers(world, request, true)),
  get('^/plugins/servlet/applinks/whoami', (_world, { caller }) => ({
    status: 200,
    headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
    body: String(personOf(caller)?.user.name ?? ''),
  })),
  get('^/status', () => jsonAnswer(200, { state: 'RUNNING' })),
  get('^/login', () => htmlAnswer(200, loginPage())),
  get('^/', world => htmlAnswer(200, homePage(world.version, world.people.all))),
  get('^/users/([^/]+)/avatar\\.png', ({ people }, _request, slug) =>
    people.bySlug(slug)
      ? { status: 200, headers: { 'Content-Type': 'image/png' }, body: drawAvatar(slug) }
      : htmlAnswer(404, errorPage('Not found', 'This person does not exist.')),
  ),
];
