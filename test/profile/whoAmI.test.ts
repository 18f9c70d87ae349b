import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchBitbucketServerUser } from '../../src/profile';

const payloads = join(__dirname, '../../fixtures/payloads');

/** A Bitbucket that says with these headers who the token belongs to, and has every user. */
function ask(headers: Record<string, string>, id = 101) {
  const urls: string[] = [];
  const answer = fetchBitbucketServerUser({
    baseUrl: 'https://git.example.com/bitbucket',
    accessToken: 'planted-token',
    fetch: async input => {
      urls.push(String(input));
      const { pathname, searchParams } = new URL(String(input));
      if (pathname.endsWith('/application-properties')) {
        return Response.json({ version: '9.4.0' }, { headers });
      }
      const user = { id, name: searchParams.get('filter'), slug: 'some-slug' };
      return user.name === null
        ? Response.json({}, { status: 404 })
        : Response.json({ values: [user], isLastPage: true });
    },
  });
  return { answer, urls };
}

describe('whom a token belongs to', () => {
  it('is asked for with application-properties under the context path', async () => {
    const { answer, urls } = ask({ 'x-ausername': 'jane', 'x-auserid': '101' });
    expect(await answer).toMatchObject({ name: 'jane', id: 101 });
    expect(urls[0]).toBe(
      'https://git.example.com/bitbucket/rest/api/latest/application-properties',
    );
  });

  it('reads the recorded headers', async () => {
    const recorded = JSON.parse(
      readFileSync(join(payloads, 'headers-200-application-properties.json'), 'utf8'),
    ) as { headers: Record<string, string | string[]> };
    const headers = Object.fromEntries(
      Object.entries(recorded.headers)
        .filter(([name]) => /^x-auser/i.test(name))
        .map(([name, value]) => [name, String(value)]),
    );
    const recordedId = Number(headers['X-Auserid']);
    const { name, id } = await ask(headers, recordedId).answer;
    expect(name).not.toBe('');
    expect(id).toBe(recordedId);
  });

  it.each([
    ['jdoe%40corp.example', 'jdoe@corp.example'],
    ['100%2525', '100%25'],
    ['a+b', 'a+b'],
    ['a%20b', 'a b'],
    ['%E5%90%8D', '名'],
  ])('decodes %s exactly once', async (header, username) => {
    expect((await ask({ 'x-ausername': header }).answer).name).toBe(username);
  });

  it('tells the same id with and without leading zeros', async () => {
    expect((await ask({ 'x-ausername': 'a', 'x-auserid': '007' }, 7).answer).id).toBe(7);
  });

  it('is compared with the id of the user, when the server says one', async () => {
    const other = ask({ 'x-ausername': 'a', 'x-auserid': '8' }, 7).answer;
    await expect(other).rejects.toMatchObject({ code: 'USER_ID_MISMATCH' });
    expect((await ask({ 'x-ausername': 'a' }, 7).answer).id).toBe(7);
  });

  it.each<[string, Record<string, string>]>([
    ['no header', {}],
    ['an id alone', { 'x-auserid': '7' }],
    ['an empty name', { 'x-ausername': '' }],
    ['a blank name', { 'x-ausername': '%20' }],
    ['a name with a broken escape', { 'x-ausername': 'a%zz' }],
    ['a name that is cut in a character', { 'x-ausername': 'a%E5%90' }],
    ['an id that is no number', { 'x-ausername': 'a', 'x-auserid': '7a' }],
    ['a negative id', { 'x-ausername': 'a', 'x-auserid': '-7' }],
    ['two ids', { 'x-ausername': 'a', 'x-auserid': '7, 8' }],
    ['the anonymous user', { 'x-ausername': 'anonymous' }],
  ])('takes %s for nobody', async (_name, headers) => {
    await expect(ask(headers).answer).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
  });
});
