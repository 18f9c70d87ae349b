import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { toHtml } from 'backstage-bitbucket-server';
import { readPeople } from '../../demo/bitbucket/readPeople';
import { readEntityFiles } from 'backstage-bitbucket-server';
import { launchBrowser } from '../support/browser';
import { userEntity } from '../support/createEntityLookup';
import { takeScreenshot } from '../support/takeScreenshot';
import { audit, bitbucketUser, host } from './worlds';
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
  async function open(world: TestWorld): Promise<{ page: Page; trouble: string[] }> {
    const file = join(folder, 'report.html');
    writeFileSync(file, toHtml(await audit(world)));
    const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
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
  const names = (page: Page) => page.locator('#people td:first-child > bdi').allTextContents();

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

  it('shows the people of the demo', async () => {
    const world = join(__dirname, '../../demo/world');
    const day = 24 * 60 * 60_000;
    const payloads = readPeople(join(world, 'users')).map(({ user }, index) => ({
      ...(JSON.parse(JSON.stringify(user)) as Record<string, string>),
      lastAuthenticationTimestamp: Date.UTC(2026, 5, 30, 9) - ((index * 7) % 19) * day,
    }));
    const entities = (await readEntityFiles(join(world, 'catalog.yaml'))).items.map(entity => {
      const { '127.0.0.1/user-id': id } = entity.metadata.annotations ?? {};
      const annotations = id === undefined ? undefined : { [`${host}/user-id`]: id };
      return { ...entity, metadata: { ...entity.metadata, annotations } };
    });
    const resolvers = [
      { resolver: 'userIdMatchingUserEntityAnnotation' },
      { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['corp.example'] },
      { resolver: 'usernameMatchingUserEntityName' },
    ];
    const { page, trouble } = await open({ resolvers, payloads, entities });
    expect(await rows(page).count()).toBe(payloads.length);
    expect(await page.locator('.findings .danger').first().textContent()).toContain(
      'user:default/margaret',
    );
    await takeScreenshot(page, 'audit-report', 1600);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
