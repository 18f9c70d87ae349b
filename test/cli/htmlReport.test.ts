import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { toHtml } from 'backstage-bitbucket-server';
import { readPeople } from '../../demo/bitbucket/readPeople';
import { readEntityFiles } from 'backstage-bitbucket-server';
import { launchBrowser } from '../support/browser';
import { userEntity } from '../support/createEntityLookup';
import { takeScreenshot } from '../support/takeScreenshot';
import { audit, bitbucketUser, host, twinOf } from './worlds';
import type { TestWorld } from './worlds';

const evil = `<img src=x onerror="window.hacked=1">`;

describe('the HTML report', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = mkdtempSync(join(tmpdir(), 'audit-html-'));
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the report from disk; everything that the page asks for or complains of is kept. */
  async function open(
    world: TestWorld,
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; trouble: string[] }> {
    const file = join(folder, 'report.html');
    writeFileSync(file, toHtml(await audit(world)));
    const viewport = { width: 1200, height: 1600 };
    const page = await browser.newPage({ viewport, ...options });
    const trouble: string[] = [];
    page.on('console', message => trouble.push(message.text()));
    page.on('pageerror', error => trouble.push(error.message));
    page.on('request', request => {
      if (!request.url().startsWith('file:')) trouble.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    return { page, trouble };
  }

  const rows = (page: Page) => page.locator('#people tr');
  const names = (page: Page) => page.locator('#people th > bdi').allTextContents();

  it('shows numbers, filters by outcome and finds by text, without a network', async () => {
    const payloads = [
      bitbucketUser('ada', { emailAddress: 'ada@corp.example' }),
      bitbucketUser('bob', { displayName: evil, emailAddress: 'bob@corp.example' }),
      bitbucketUser(evil),
      bitbucketUser('a\u202ebc'),
      bitbucketUser('old', { active: false }),
    ];
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const entities = [userEntity('ada'), userEntity('zed', { email: evil })];
    const { page, trouble } = await open({ resolvers, payloads, entities });

    expect(await page.locator('.donut .big').textContent()).toBe('25 %');
    expect(await rows(page).count()).toBe(5);
    await page.getByRole('button', { name: /^signs in/ }).click();
    expect(await names(page)).toEqual(['ada']);
    expect(await page.locator('#shown').textContent()).toBe('1 of 5 people');
    await page.getByRole('button', { name: /^inactive/ }).click();
    expect((await names(page)).sort()).toEqual(['ada', 'old']);
    await page.getByRole('button', { name: /^signs in/ }).click();
    await page.getByRole('button', { name: /^inactive/ }).click();
    expect(await rows(page).count()).toBe(5);

    await page.getByLabel('Search').fill('BOB@corp');
    expect(await names(page)).toEqual(['bob']);
    await page.getByLabel('Search').fill('onerror');
    expect((await names(page)).sort()).toEqual([evil, 'bob'].sort());
    await page.getByLabel('Search').fill('abc');
    expect(await rows(page).count()).toBe(0);
    await page.getByLabel('Search').fill('');
    expect(await names(page)).toContain('a\\u{202e}bc');

    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('runs no script but its own, whatever gets into the page', async () => {
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const world = { resolvers, payloads: [bitbucketUser('ada')], entities: [userEntity('ada')] };
    const { page } = await open(world);
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 1';
      document.body.append(script);
    })()`);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await page.close();
  });

  it('takes no name for a part of the page', async () => {
    const hostile = [
      '</noscript><b>',
      '</th></tr></tbody></table>',
      'x" class="badge inactive"',
      '&#60;i&#62; &amp;',
      '<!--',
      'a\nb',
      '$&',
    ];
    const payloads = hostile.map(name => bitbucketUser('x', { name, displayName: name }));
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const world = { resolvers, payloads, entities: [userEntity('ada')] };
    const { page, trouble } = await open(world);
    const shown = hostile.map(name => name.replace('\n', '\\u{a}')).sort();
    expect((await names(page)).sort()).toEqual(shown);
    await page.getByRole('button', { name: /^no match/ }).click();
    expect((await names(page)).sort()).toEqual(shown);
    for (const name of shown) {
      await page.getByLabel('Search').fill(name);
      expect(await names(page)).toEqual([name]);
    }
    expect(await page.locator('#people b, #people i, main > b').count()).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();

    const plain = await open(world, { javaScriptEnabled: false });
    expect((await names(plain.page)).sort()).toEqual(shown);
    await plain.page.close();
  });

  it('shows thousands of people a few at a time', async () => {
    const payloads = Array.from({ length: 450 }, (_, index) => bitbucketUser(`user-${index}`));
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const { page } = await open({ resolvers, payloads, entities: [userEntity('user-7')] });
    expect(await rows(page).count()).toBe(200);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('button', { name: 'Show more' }).click();
    expect(await rows(page).count()).toBe(450);
    expect(await page.locator('#more').isHidden()).toBe(true);
    await page.close();
  });

  /** Many findings of several rules, long names, and every kind of outcome that fits in. */
  const crowded: TestWorld = {
    resolvers: [
      { resolver: 'usernameMatchingUserEntityName' },
      { resolver: 'userSlugMatchingUserEntityName' },
      { resolver: 'emailMatchingUserEntityProfileEmail' },
    ],
    payloads: [
      ...Array.from({ length: 40 }, (_, index) => [
        bitbucketUser(`person-${index}`, { emailAddress: `person-${index}@corp.example` }),
        twinOf(`person-${index}`),
      ]).flat(),
      bitbucketUser(`${'long-'.repeat(40)}name`, { emailAddress: `${'a'.repeat(60)}@b.example` }),
      bitbucketUser('gone', { active: false }),
      bitbucketUser('two', { emailAddress: 'same@corp.example' }),
    ],
    entities: [
      ...Array.from({ length: 40 }, (_, index) => userEntity(`person-${index}`)),
      userEntity('one', { email: 'same@corp.example' }),
      userEntity('other', { email: 'same@corp.example' }),
      userEntity(`${'n'.repeat(63)}`),
    ],
  };

  it('shows people first, and findings grouped and folded', async () => {
    const { page } = await open(crowded);
    const table = (await page.locator('#table').boundingBox())!;
    expect(table.y).toBeLessThan(700);
    expect((await page.locator('.findings').boundingBox())!.y).toBeGreaterThan(table.y);
    const groups = page.locator('.findings > details');
    expect(await groups.locator('> summary').allTextContents()).toEqual([
      'danger Shared entity 40',
      'warning Duplicate email 1',
      'info Unreached entity 1',
    ]);
    expect(await page.locator('.findings li').first().isVisible()).toBe(false);
    await groups.first().locator('> summary').click();
    expect(await page.locator('.findings li').first().isVisible()).toBe(true);
    expect(await page.locator('header').textContent()).toContain(
      'Findings (below the people): 40 dangers, 1 warning, 1 info.',
    );
    await page.close();
  });

  it.each([400, 320])('can be read at %i pixels', async width => {
    const { page } = await open(crowded, { viewport: { width, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const narrow = (await page.evaluate(`[...document.querySelectorAll('#people th, #people td')]
      .filter(cell => cell.textContent && cell.getBoundingClientRect().width < 60)
      .map(cell => cell.textContent)`)) as string[];
    expect(narrow).toEqual([]);
    // Still a table to those who hear it.
    expect(await page.getByRole('table').count()).toBe(1);
    expect(await page.getByRole('columnheader').count()).toBe(4);
    expect(await page.getByRole('rowheader').count()).toBe(83);
    await page.close();
  });

  it('sorts by every column, both ways', async () => {
    const day = 24 * 60 * 60_000;
    const payloads = ['b', 'C', 'a', 'd'].map((name, index) =>
      bitbucketUser(name, { lastAuthenticationTimestamp: Date.UTC(2026, 0, 1) + index * day }),
    );
    const resolvers = [{ resolver: 'usernameMatchingUserEntityName' }];
    const { page } = await open({
      resolvers,
      payloads,
      entities: ['a', 'd'].map(name => userEntity(name)),
    });
    expect(await names(page)).toEqual(['d', 'a', 'C', 'b']);
    const header = (name: string) => page.getByRole('columnheader', { name });
    await page.getByRole('button', { name: 'Bitbucket user' }).click();
    expect(await names(page)).toEqual(['a', 'b', 'C', 'd']);
    expect(await header('Bitbucket user').getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'Bitbucket user' }).click();
    expect(await names(page)).toEqual(['d', 'C', 'b', 'a']);
    expect(await header('Bitbucket user').getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Last used' }).click();
    expect(await names(page)).toEqual(['b', 'C', 'a', 'd']);
    expect(await header('Bitbucket user').getAttribute('aria-sort')).toBeNull();
    await page.getByRole('button', { name: 'Sign-in' }).click();
    expect((await names(page)).slice(0, 2)).toEqual(expect.arrayContaining(['a', 'd']));
    await page.getByLabel('Search').fill('nobody');
    expect((await names(page)).sort()).toEqual(['C', 'b']);
    await page.close();
  });

  it('is a plain table of everybody without a script', async () => {
    const { page, trouble } = await open(crowded, { javaScriptEnabled: false });
    const shown = page.locator('table').filter({ visible: true });
    expect(await shown.count()).toBe(1);
    expect(await shown.locator('tbody tr').count()).toBe(83);
    expect(await shown.locator('tbody th[scope=row]').first().textContent()).toMatch(/\w/);
    expect(await shown.locator('thead th').allTextContents()).toHaveLength(4);
    expect(await page.locator('#search').isVisible()).toBe(false);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('prints everybody and every finding', async () => {
    const payloads = Array.from({ length: 450 }, (_, index) => bitbucketUser(`user-${index}`));
    const { page } = await open({ ...crowded, payloads });
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await rows(page).count()).toBe(450);
    expect(await page.locator('.findings li').first().isVisible()).toBe(true);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await page.locator('.findings li').first().isVisible()).toBe(false);
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'has a contrast of 4.5 in the %s theme',
    async colorScheme => {
      const { page } = await open(crowded, { colorScheme });
      await page.evaluate(
        "for (const details of document.querySelectorAll('details')) details.open = true",
      );
      const poor = (await page.evaluate(`(() => {
      const parse = color => color.match(/[\\d.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b]
        .map(each => each / 255)
        .map(each => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
      const behind = node => {
        for (let each = node; each; each = each.parentElement) {
          const color = parse(getComputedStyle(each).backgroundColor);
          if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
      };
      const seen = new Set();
      const poor = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
        const style = getComputedStyle(node);
        const front = light(parse(node.closest('svg') ? style.fill : style.color));
        const back = light(behind(node));
        const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        seen.add(node.tagName);
        if (ratio < 4.5) poor.push(node.tagName + ' ' + node.className + ' ' + ratio.toFixed(2));
      }
      return seen.size < 8 ? ['only ' + [...seen]] : [...new Set(poor)];
    })()`)) as string[];
      expect(poor).toEqual([]);
      await page.close();
    },
  );

  it('lays out 200 rows of 50,000 people, also after a search and in another order', async () => {
    const payloads = Array.from({ length: 50_000 }, (_, index) => bitbucketUser(`user-${index}`));
    const { page } = await open({
      resolvers: [{ resolver: 'usernameMatchingUserEntityName' }],
      payloads,
      entities: [userEntity('user-7')],
    });
    expect(await rows(page).count()).toBe(200);
    await page.getByLabel('Search').fill('user-7');
    expect(await rows(page).count()).toBe(200);
    await page.locator('#table button').nth(1).click();
    expect(await rows(page).count()).toBe(200);
    await page.getByLabel('Search').fill('user-777');
    expect(await rows(page).count()).toBe(11);
    await page.close();
  });

  it('shows the people of the demo', async () => {
    const world = join(__dirname, '../../demo/world');
    const day = 24 * 60 * 60_000;
    const payloads = readPeople(join(world, 'users')).map(({ user, directory }, index) => ({
      ...(JSON.parse(JSON.stringify(user)) as Record<string, string>),
      mutableDetails: directory?.mutableDetails ?? true,
      lastAuthenticationTimestamp: Date.UTC(2026, 5, 30, 9) - ((index * 7) % 19) * day,
    }));
    const entities = (await readEntityFiles(join(world, 'catalog.yaml'))).items.map(entity => {
      const annotations = Object.entries(entity.metadata.annotations ?? {}).map(
        ([key, value]) => [key.replace('127.0.0.1', host), value] as const,
      );
      const metadata = { ...entity.metadata, annotations: Object.fromEntries(annotations) };
      return { ...entity, metadata };
    });
    const resolvers = [
      { resolver: 'userIdMatchingUserEntityAnnotation' },
      { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['corp.example'] },
      { resolver: 'usernameMatchingUserEntityName' },
    ];
    const { page, trouble } = await open({ resolvers, payloads, entities });
    expect(await rows(page).count()).toBe(payloads.length);
    expect(
      await page.locator('.findings > .danger').filter({ hasText: 'Shared entity' }).textContent(),
    ).toContain('user:default/margaret');
    await takeScreenshot(page, 'audit-report', 1600);
    expect(trouble).toEqual([]);
    await page.setViewportSize({ width: 400, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    await takeScreenshot(page, 'audit-report-phone', 900);
    await page.close();
  });
});
