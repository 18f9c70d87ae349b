import { type Answer, jsonAnswer } from '../http/Answer';
import { noSuchUser } from '../http/bitbucketError';
import type { RequestContext } from '../http/RequestContext';
import { pageOf, readWindow } from '../people/pageOf';
import { presentDetailedUser, presentUser } from '../people/presentUser';
import type { World } from '../World';

/** `GET /rest/api/latest/users` and, with directory facts, `GET /rest/api/latest/admin/users`. */
export function handleUsers(
  { people, contextPath }: World,
  { query }: RequestContext,
  detailed: boolean,
): Answer {
  const window = readWindow(query);
  if ('status' in window) {
    return window;
  }
  const present = detailed ? presentDetailedUser : presentUser;
  const page = pageOf(people.containing(query.get('filter')), window, person =>
    present(person, query.get('avatarSize'), contextPath),
  );
  return jsonAnswer(200, page);
}

/** `GET /rest/api/latest/users/{slug}`; a name that is no slug is a 404. */
export function handleUser(
  { people, contextPath }: World,
  { query }: RequestContext,
  slug: string,
): Answer {
  const person = people.bySlug(slug);
  return person
    ? jsonAnswer(200, presentUser(person, query.get('avatarSize'), contextPath))
    : noSuchUser(slug);
}
