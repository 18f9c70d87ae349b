import { type Answer, jsonAnswer } from './Answer';

const NOT_PERMITTED = 'You are not permitted to access this resource';

/** Message and exception of each status, as recorded servers answer it. */
const recorded: Record<number, { message: string; exceptionName: string | null }> = {
  400: { message: 'The request is not valid.', exceptionName: null },
  401: {
    message: NOT_PERMITTED,
    exceptionName:
      'com.atlassian.plugins.rest.api.security.exception.AuthenticationRequiredException',
  },
  403: { message: 'XSRF check failed', exceptionName: '' },
  404: {
    message: 'The requested resource does not exist.',
    exceptionName: 'com.atlassian.bitbucket.NoSuchEntityException',
  },
  429: {
    message: 'You have exceeded your request rate limit.',
    exceptionName: 'com.atlassian.bitbucket.ratelimit.RateLimitedException',
  },
  500: {
    message:
      'An error occurred while processing the request. Check the server logs for more information.',
    exceptionName: null,
  },
  503: { message: 'Bitbucket is currently unavailable.', exceptionName: null },
};

/** The answer of a REST resource that refuses; message and exception default to what the status usually has. */
export function bitbucketError(
  status: number,
  message = (recorded[status] ?? recorded[500]!).message,
  exceptionName = (recorded[status] ?? recorded[500]!).exceptionName,
): Answer {
  return jsonAnswer(status, { errors: [{ context: null, message, exceptionName }] });
}

/** 401 of a person who is signed in but may not; Bitbucket says 401 here, not 403. */
export function notPermitted(): Answer {
  return bitbucketError(401, NOT_PERMITTED, 'com.atlassian.bitbucket.AuthorisationException');
}

/** 401 of a wrong password. */
export function badCredentials(): Answer {
  return bitbucketError(
    401,
    'Authentication failed. Please check your credentials and try again.',
    'com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException',
  );
}

/** 404 of `/users/{slug}`. */
export function noSuchUser(slug: string): Answer {
  return bitbucketError(
    404,
    `User ${slug} does not exist.`,
    'com.atlassian.bitbucket.user.NoSuchUserException',
  );
}
