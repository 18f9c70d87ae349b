import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBitbucketHttp } from '../../src/http';
import { fetchWhoAmI } from '../../src/profile';

const payloads = join(__dirname, '../../fixtures/payloads');

function ask(headers: Record<string, string>) {
  const urls: string[] = [];
  const http = createBitbucketHttp({
    fetch: async input => {
      urls.push(String(input));
      return Response.json({ version: '9.4.0' }, { headers });
    },
  });
  const baseUrl = 'https://git.example.com/bitbucket';
  return { answer: fetchWhoAmI({ http, baseUrl, accessToken: 'planted-token' }), urls };
}

describe('fetchWhoAmI', () => {
  it('asks for application-properties under the context path', async () => {
    const { answer, urls } = ask({ 'x-ausername': 'jane', 'x-auserid': '101' });
    expect(await answer).toEqual({ username: 'jane', id: '101' });
    expect(urls).toEqual([
      'https://git.example.com/bitbucket/rest/api/latest/application-properties',
    ]);
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
    const { username, id } = await ask(headers).answer;
    expect(username).not.toBe('');
    expect(id).toMatch(/^\d+$/);
  });

  it.each([
    ['jdoe%40corp.example', 'jdoe@corp.example'],
    ['100%2525', '100%25'],
    ['a+b', 'a+b'],
    ['a%20b', 'a b'],
    ['%E5%90%8D', '名'],
  ])('decodes %s exactly once', async (header, username) => {
    expect((await ask({ 'x-ausername': header }).answer).username).toBe(username);
  });

  it('tells the same id with and without leading zeros', async () => {
    expect((await ask({ 'x-ausername': 'a', 'x-auserid': '007' }).answer).id).toBe('7');
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
