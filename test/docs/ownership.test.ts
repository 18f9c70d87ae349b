import { createServer, get } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { readDoc } from './support/readDocs';

const doc = readDoc('docs/ownership.md');

/** As long as the token that Backstage makes of so many refs. */
function tokenOf(refs: number, refLength: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sub = 'user:default/ada.lovelace';
  const ent = Array.from({ length: refs }, () => 'group:default/'.padEnd(refLength, 'x'));
  const header = { typ: 'vnd.backstage.user', alg: 'ES256', kid: 'x'.repeat(36) };
  const payload = { iss: 'https://backstage.example.com/api/auth', sub, ent, aud: 'backstage' };
  const times = { iat: 1_700_000_000, exp: 1_700_003_600 };
  const signature = 'x'.repeat(86);
  return [part(header), part({ ...payload, ...times, uip: signature }), signature].join('.');
}

/** What a browser sends beside the token. */
const ofBrowser = {
  host: 'backstage.example.com',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36',
  accept: '*/*',
  'accept-language': 'en-GB,en;q=0.9',
  'accept-encoding': 'gzip, deflate, br, zstd',
  referer: 'https://backstage.example.com/catalog/default/component/engines',
  'sec-ch-ua': '"Chromium";v="147", "Not.A/Brand";v="8", "Google Chrome";v="147"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
};

describe('docs/ownership.md', () => {
  let server: Server;

  beforeAll(async () => {
    server = createServer((_req, res) => res.end()).listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
  });

  afterAll(() => new Promise(resolve => server.close(resolve)));

  function statusWith(token: string): Promise<number | undefined> {
    const { port } = server.address() as AddressInfo;
    const headers = { ...ofBrowser, authorization: `Bearer ${token}`, connection: 'close' };
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, headers }, res => {
        res.resume();
        resolve(res.statusCode);
      }).once('error', reject);
    });
  }

  it('says how many refs Node.js refuses, and limits them to fewer', async () => {
    const [, refs, length] = /about (\d+) refs of (\d+) characters/.exec(doc.text)!.map(Number);
    const sample = doc.blocks.find(({ text }) => text.includes('maxRefs'))!;
    const { ownership } = parse(sample.text) as { ownership: { maxRefs: number } };

    expect(await statusWith(tokenOf(refs!, length!))).toBe(431);
    expect(await statusWith(tokenOf(refs! - 20, length!))).toBe(200);
    expect(await statusWith(tokenOf(ownership.maxRefs, 2 * length!))).toBe(200);
  });
});
