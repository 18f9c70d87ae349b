import { type Answer, redirectAnswer } from '../http/Answer';

/** Sends the browser back to the client with these parameters and the state. */
export function redirectBack(
  redirectUri: string,
  params: Record<string, string>,
  state: string | null,
): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(params)) {
    target.searchParams.set(name, value);
  }
  if (state !== null) {
    target.searchParams.set('state', decodeOnceMore(state));
  }
  return redirectAnswer(target.href);
}

/** Bitbucket decodes the state once more than it should, so one with %-escapes or a plus comes back changed. */
function decodeOnceMore(state: string): string {
  try {
    return decodeURIComponent(state.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) {
      return state;
    }
    throw error;
  }
}
