import { type Answer, redirectAnswer } from './Answer';

/** 302 to the login page, which brings the person back to the path. */
export function loginRedirect(contextPath: string, path: string): Answer {
  return redirectAnswer(`${contextPath}/login?next=${encodeURIComponent(path)}`);
}
