/** What a handler wants to be sent; headers of the identity are added later. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** JSON with the content type and the cache headers of Bitbucket's REST resources. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'application/json;charset=UTF-8',
      'Cache-Control': 'private, no-cache, no-transform',
      Pragma: 'no-cache',
      Vary: 'X-AUSERID,X-AUSERNAME,Accept-Encoding',
    },
    body: JSON.stringify(value),
  };
}

/** A page for a browser. */
export function htmlAnswer(status: number, html: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html;charset=UTF-8', 'Cache-Control': 'no-store' },
    body: html,
  };
}

/** A 302. */
export function redirectAnswer(location: string): Answer {
  return { status: 302, headers: { Location: location, 'Cache-Control': 'no-store' }, body: '' };
}
