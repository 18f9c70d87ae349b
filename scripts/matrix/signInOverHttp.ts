import type { BitbucketSimulator } from '../../demo/bitbucket';

/** What the popup of the sign-in tells the page that opened it, or what a refresh answers. */
export interface SignInAnswer {
  readonly userEntityRef?: string;
  readonly error?: string;
}

/** A session of one browser: signs in, then refreshes. */
export interface HttpSession {
  signIn(username: string): Promise<SignInAnswer>;
  refresh(): Promise<SignInAnswer>;
}

/** Opens a session with a Backstage backend whose provider asks the simulator. */
export function openSession(baseUrl: string, bitbucket: BitbucketSimulator): HttpSession {
  const provider = `${baseUrl}/api/auth/bitbucketServer`;
  const cookies = new Map<string, string>();

  async function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { ...headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name) cookies.set(name, value ?? '');
    }
    return response;
  }

  return {
    async signIn(username) {
      const start = await get(`${provider}/start?env=development`);
      const location = start.headers.get('location');
      if (!location) throw new Error(`${start.status} ${await start.text()}`);
      const asked = new URL(location).searchParams;
      const { redirectUrl } = bitbucket.authorize(username, {
        redirectUri: asked.get('redirect_uri') ?? '',
        scope: asked.get('scope') ?? undefined,
        state: asked.get('state') ?? undefined,
        codeChallenge: asked.get('code_challenge') ?? undefined,
        codeChallengeMethod: asked.get('code_challenge_method') ?? undefined,
      });
      const page = await (await get(redirectUrl)).text();
      const [, message] = /decodeURIComponent\('([^']+)'\)/.exec(page) ?? [];
      if (!message) throw new Error(`the popup shows ${page}`);
      const { response, error } = JSON.parse(decodeURIComponent(message)) as PopupMessage;
      return toAnswer(response, error);
    },
    async refresh() {
      const headers = { 'x-requested-with': 'XMLHttpRequest' };
      const response = await get(`${provider}/refresh?env=development`, headers);
      const body = (await response.json()) as SessionBody & { error?: Failure };
      return toAnswer(body, body.error);
    },
  };
}

interface Failure {
  readonly name: string;
  readonly message: string;
}

interface SessionBody {
  readonly backstageIdentity?: { readonly identity: { readonly userEntityRef: string } };
}

interface PopupMessage {
  readonly response?: SessionBody;
  readonly error?: Failure;
}

function toAnswer(body?: SessionBody, failure?: Failure): SignInAnswer {
  if (failure) return { error: `${failure.name}: ${failure.message}` };
  return { userEntityRef: body?.backstageIdentity?.identity.userEntityRef };
}
