import { formatReport, onlyProblems, toCsv, toHtml } from 'backstage-bitbucket-server';
import { printable } from '../../cli/src/report';
import { userEntity } from '../support/createEntityLookup';
import { audit, bitbucketUser } from './worlds';

const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
const terminal = { color: false, width: 120, limit: 50 };

function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the reports', () => {
  it('put those who used Bitbucket last first, then problems, then the others', async () => {
    const payloads = [
      bitbucketUser('never-fine'),
      bitbucketUser('never-lost'),
      bitbucketUser('old', { lastAuthenticationTimestamp: 1_600_000_000_000 }),
      bitbucketUser('new', { lastAuthenticationTimestamp: 1_700_000_000_000 }),
    ];
    const report = await audit({ resolvers, payloads, entities: [userEntity('never-fine')] });
    const order = ['new', 'old', 'never-lost', 'never-fine'];
    expect(report.people.map(({ username }) => username)).toEqual(order);
    expect(csvRows(toCsv(report)).map(([name]) => name)).toEqual(['username', ...order]);
    const table = formatReport(report, terminal);
    expect(order.map(name => table.indexOf(`│ ${name}`))).toEqual(
      order.map(name => table.indexOf(`│ ${name}`)).sort((a, b) => a - b),
    );
    expect(table).toContain('2023-11-14');
    expect(table).toContain('25 % of 4 people would sign in');
  });

  it('show a terminal no control character of a name', async () => {
    const name = 'a\u001b[2Jb\u202ec\u0007\u2028d\u200b';
    const payloads = [bitbucketUser('x', { name }), bitbucketUser('y', { name: 'y' })];
    const report = await audit({ resolvers, payloads, entities: [userEntity('y')] });
    const text = formatReport(report, terminal);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(text).toContain('\\u{1b}');
    expect(printable(name)).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{7}\\u{2028}d\\u{200b}');
  });

  it('let no name end the script, the data or an attribute of the page', async () => {
    const name = `</script><img src=x onerror=alert(1)>"'&<!--`;
    const payloads = [
      bitbucketUser('x', { name, emailAddress: 'ada@corp.example' }),
      bitbucketUser('z', { name: `${name}2` }),
    ];
    const entities = [
      userEntity('one', { email: name }),
      userEntity('two', { email: name }),
      userEntity('g', { kind: 'Group' }),
    ];
    const html = toHtml(await audit({ resolvers, payloads, entities }));
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).not.toContain('<!--');
    expect(html).toMatch(/default-src 'none'/);
    expect(html).not.toMatch(/<[^>]*\s(?:src|href)=/);
  });

  it('leave those out who sign in, when only problems are asked for', async () => {
    const payloads = ['fine', 'lost', 'gone'].map(name =>
      bitbucketUser(name, { active: name !== 'gone' }),
    );
    const report = await audit({ resolvers, payloads, entities: [userEntity('fine')] });
    const text = formatReport(onlyProblems(report), terminal);
    expect(text).toContain('│ lost');
    expect(text).not.toMatch(/│ (fine|gone)/);
  });

  it('cut nothing off, however narrow the terminal is', async () => {
    const name = 'a-name-of-an-entity-that-is-longer-than-a-narrow-column';
    const payloads = [bitbucketUser(name), bitbucketUser('\u6f22'.repeat(40))];
    const report = await audit({ resolvers, payloads, entities: [userEntity(name)] });
    const text = formatReport(report, { ...terminal, width: 60 });
    const cell = (index: number) =>
      text
        .split('\n')
        .filter(line => line.startsWith('\u2502'))
        .map(line => line.split('\u2502')[index]!.trim())
        .join('');
    expect(cell(4)).toContain(`user:default/${name}`);
    expect(cell(1)).toContain(name);
    expect(cell(1)).toContain('\u6f22'.repeat(40));
    expect(text).not.toContain('\u2026');
  });

  it('name twenty of thousands of candidates, and the number of the others', async () => {
    const entities = Array.from({ length: 25 }, (_, index) =>
      userEntity(`twin-${index}`, { email: index < 24 ? 'a@corp.example' : '\u212a@corp.example' }),
    );
    const payloads = [
      bitbucketUser('x', { emailAddress: 'A@corp.example' }),
      bitbucketUser('y', { emailAddress: 'a@corp.example' }),
    ];
    const report = await audit({
      resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }],
      payloads,
      entities,
    });
    for (const person of report.people) {
      expect(person).toMatchObject({ outcome: 'ambiguous', moreCandidates: 4 });
      expect(person.candidates).toHaveLength(20);
    }
    expect(formatReport(report, terminal)).toContain('and 4 more');
    expect(toCsv(report)).toContain('and 4 more"');
    expect(report.findings.find(({ rule }) => rule === 'unreachedEntity')?.concerns).toEqual([
      'user:default/twin-24',
    ]);
  });

  it('never round up to "100 %"', async () => {
    const payloads = Array.from({ length: 3000 }, (_, index) => bitbucketUser(`u${index}`));
    const entities = payloads.slice(1).map(({ name }) => userEntity(String(name)));
    const report = await audit({ resolvers, payloads, entities });
    expect(formatReport(report, { ...terminal, limit: 0 })).toContain('99.9 % of 3000 people');
  });
});
