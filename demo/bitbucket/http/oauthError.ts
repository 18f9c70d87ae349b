import { type Answer, jsonAnswer } from './Answer';

const defaultCodes: Record<number, string> = {
  400: 'invalid_grant',
  401: 'invalid_client',
  403: 'access_denied',
  404: 'invalid_request',
  429: 'temporarily_unavailable',
  503: 'temporarily_unavailable',
};

/**
 * An error of the token endpoint. No recording of Bitbucket's is known, so this is the shape of
 * {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749 §5.2}.
 */
export function oauthError(
  status: number,
  error = defaultCodes[status] ?? 'server_error',
  description = `The token endpoint answered ${status}.`,
): Answer {
  const answer = jsonAnswer(status, { error, error_description: description });
  answer.headers['Cache-Control'] = 'no-store';
  return answer;
}
