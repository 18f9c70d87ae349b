import { authorizePath, get, locationOf, redirectUri, useSimulators } from './support';

const start = useSimulators();

describe('the authorize resource', () => {
  it.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
  ])('refuses %s on a page and never redirects', async (_name, params) => {
    const response = await get(await start(), authorizePath(params));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(await response.text()).toContain('does not belong to any application link');
  });

  it.each([
    ['a foreign host', 'https://evil.example/'],
    ['no redirect address', undefined],
    ['something that is no address', 'not an address'],
    ['a script', 'javascript:alert(1)'],
  ])('refuses %s as redirect address on a page', async (_name, redirect_uri) => {
    const response = await get(await start(), authorizePath({ redirect_uri }));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it('compares registered redirect addresses exactly', async () => {
    const client = {
      clientId: 'backstage',
      clientSecret: 's',
      redirectUris: ['https://backstage.example/cb'],
      scopes: [],
    };
    const simulator = await start({ clients: [client] });
    const ask = (redirect_uri: string) => get(simulator, authorizePath({ redirect_uri }));
    expect((await ask('https://backstage.example/cb')).status).toBe(302);
    expect((await ask('https://backstage.example/cb/more')).status).toBe(400);
    expect((await ask(redirectUri)).status).toBe(400);
  });

  it('tells an ungranted scope in the words of a live server, both lists expanded downwards', async () => {
    const clients = [
      { clientId: 'backstage', clientSecret: 's', redirectUris: [], scopes: ['REPO_WRITE'] },
    ];
    const location = await locationOf(
      get(await start({ clients }), authorizePath({ scope: 'REPO_ADMIN' })),
    );
    expect(location.origin + location.pathname).toBe(redirectUri);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error: 'invalid_scope',
      error_description:
        "The scope used in the request ['PUBLIC_REPOS REPO_ADMIN REPO_READ REPO_WRITE'] is not valid for client scope ['PUBLIC_REPOS REPO_READ REPO_WRITE']",
      state: 'abc123',
    });
  });

  it.each([
    ['an unknown scope', { scope: 'everything' }, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'an unknown challenge method',
      { code_challenge: 'x', code_challenge_method: 'S512' },
      'invalid_request',
    ],
  ])('sends %s back to the client as an error', async (_name, params, error) => {
    const location = await locationOf(get(await start(), authorizePath(params)));
    expect(location.searchParams.get('error')).toBe(error);
  });

  it('wants a challenge only when it was told to', async () => {
    const strict = await start({ requirePkce: true });
    const location = await locationOf(get(strict, authorizePath()));
    expect(location.searchParams.get('error')).toBe('invalid_request');
    const challenged = await get(strict, authorizePath({ code_challenge: 'x' }));
    expect(challenged.headers.get('location')).toContain('/plugins/servlet/oauth2/consent?');
  });
});
