import { authorizePath, locationOf, makePerson, redirectUri, useSimulators } from './support';

const start = useSimulators();

/** Presses a button of the consent page the way a browser without JavaScript does. */
async function press(base: string, html: string, fields: Record<string, string>) {
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const decode = (text = '') =>
    text.replace(/&#(\d+);/g, (_all, code) => String.fromCharCode(Number(code)));
  const form = new URLSearchParams();
  for (const [, name, value] of hidden) {
    form.set(decode(name), decode(value));
  }
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, value);
  }
  const action = decode(/<form method="post" action="([^"]*)"/.exec(html)?.[1]);
  return fetch(new URL(action, base), { method: 'POST', body: form, redirect: 'manual' });
}

describe('the consent page', () => {
  it('lets choose a person and comes back with a code and the state', async () => {
    const simulator = await start({ contextPath: '/bitbucket' });
    const page = await fetch(`${simulator.baseUrl}${authorizePath()}`);
    expect(new URL(page.url).pathname).toBe('/bitbucket/plugins/servlet/oauth2/consent');
    const html = await page.text();
    expect(html).toMatch(/<label for="person">/);
    expect(html).toMatch(/<select name="username" id="person"/);
    expect(html).toMatch(/<button id="allow"/);
    expect(html).toMatch(/<button id="deny"/);
    expect(html).toContain('PUBLIC_REPOS');
    const location = await locationOf(
      press(simulator.baseUrl, html, { username: 'jdoe', decision: 'allow' }),
    );
    expect(location.searchParams.get('state')).toBe('abc123');
    expect(location.searchParams.get('code')).toBeTruthy();
    expect(location.searchParams.has('error')).toBe(false);
  });

  it('comes back with access_denied when the person denies', async () => {
    const simulator = await start();
    const html = await (await fetch(`${simulator.baseUrl}${authorizePath()}`)).text();
    const location = await locationOf(
      press(simulator.baseUrl, html, { username: 'jdoe', decision: 'deny' }),
    );
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.get('error_description')).toBeTruthy();
    expect(location.searchParams.get('state')).toBe('abc123');
    expect(location.searchParams.has('code')).toBe(false);
  });

  it('preselects a person and marks who cannot work, but leaves them selectable', async () => {
    const simulator = await start({
      people: [
        makePerson('gone', 1, { active: false }),
        makePerson('bot', 2, { type: 'SERVICE' }),
        makePerson('jdoe', 3),
      ],
    });
    const url = `${simulator.baseUrl}${authorizePath()}`.replace(
      '/rest/oauth2/latest/authorize',
      '/plugins/servlet/oauth2/consent',
    );
    const html = await (await fetch(`${url}&person=jdoe`)).text();
    expect(html).toContain('<option value="jdoe" selected>');
    expect(html).toContain('(gone, inactive)');
    expect(html).toContain('(bot, service account)');
    const response = await press(simulator.baseUrl, html, { username: 'gone', decision: 'allow' });
    expect(response.headers.get('location')).toContain('code=');
  });

  it('checks the request again, so that nobody gets around the authorize resource', async () => {
    const simulator = await start();
    const body = new URLSearchParams({
      client_id: 'backstage',
      redirect_uri: 'https://evil.example/',
      response_type: 'code',
      username: 'jdoe',
      decision: 'allow',
    });
    const url = `${simulator.baseUrl}/plugins/servlet/oauth2/consent`;
    const response = await fetch(url, { method: 'POST', body, redirect: 'manual' });
    expect(response.status).toBe(400);
  });

  it('refuses to go on with a person who does not exist', async () => {
    const simulator = await start();
    const html = await (await fetch(`${simulator.baseUrl}${authorizePath()}`)).text();
    const response = await press(simulator.baseUrl, html, {
      username: 'nobody',
      decision: 'allow',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Nobody was chosen');
  });

  it('shows hostile names as text', async () => {
    const name = '"><script>alert(1)</script>\u202e,/\u0007';
    const simulator = await start({ people: [makePerson(name, 1)] });
    const html = await (await fetch(`${simulator.baseUrl}${authorizePath()}`)).text();
    expect(html).not.toContain('<script>');
    expect(html).toContain('&#60;script&#62;');
  });

  it.each([
    ['0123abcdef', '0123abcdef'],
    ['a%2Bb', 'a+b'],
    ['a+b', 'a b'],
    ['100%', '100%'],
  ])('decodes the state %s once more on the way back, to %s', async (state, comesBack) => {
    const simulator = await start();
    const { redirectUrl } = simulator.authorize('jdoe', { redirectUri, state });
    expect(new URL(redirectUrl).searchParams.get('state')).toBe(comesBack);
  });
});
