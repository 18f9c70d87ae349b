import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { choosePort } from '../../demo/choosePort';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { signInErrorCodes } from '../../src/errors';
import type { SignInErrorCode } from '../../src/errors';
import { launchBrowser } from '../support/browser';
import { takesScreenshots } from '../support/takeScreenshot';
import { failInPopup, failInRedirect } from './errors/flows';
import { addSlugless, elsewhere, provocations } from './errors/provocations';
import type { Provocation } from './errors/provocations';
import { startCatalogGate } from './errors/startCatalogGate';
import type { CatalogGate } from './errors/startCatalogGate';
import { writeContactSheet } from './errors/writeContactSheet';
import type { Picture } from './errors/writeContactSheet';

const root = join(__dirname, '../..');
const rows = Object.entries(provocations) as [SignInErrorCode, Provocation][];

// One demo and one browser for all: bundling the app and starting both takes its time.
jest.setTimeout(120_000);
let browser: Browser;
let demo: Demo;
let gate: CatalogGate;

beforeAll(async () => {
  const port = await choosePort(0, 'port');
  gate = await startCatalogGate(`http://127.0.0.1:${port}`);
  browser = await launchBrowser();
  demo = await startDemo({
    port,
    configFiles: [
      join(root, 'demo/world/strict.app-config.yaml'),
      join(__dirname, 'errors/app-config.yaml'),
    ],
    config: {
      discovery: { endpoints: [{ target: { internal: gate.url }, plugins: ['catalog'] }] },
    },
  });
  addSlugless(demo.bitbucket);
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
  await gate?.close();
});

describe('Every code', () => {
  it('is either shown by a page below, or cannot be and is tested elsewhere', () => {
    const sorted = [...Object.keys(provocations), ...Object.keys(elsewhere)];
    expect(sorted.sort()).toEqual(Object.keys(signInErrorCodes).sort());
    for (const [code, { test }] of Object.entries(elsewhere)) {
      expect(readFileSync(join(root, test), 'utf8')).toContain(code);
    }
  });
});

describe.each([
  { flow: 'popup', fail: failInPopup },
  { flow: 'redirect', fail: failInRedirect },
])('With the $flow flow', ({ flow, fail }) => {
  let page: Page;
  const pictures: Picture[] = [];

  beforeAll(async () => {
    page = await browser.newPage({ viewport: { width: 1000, height: 600 }, locale: 'en-GB' });
    page.setDefaultTimeout(15_000);
  });

  afterAll(async () => {
    if (takesScreenshots && flow === 'popup') await writeContactSheet(page, pictures);
    await page?.context().close();
  });

  it.each(rows)('the page says what %s means, and the log has its reference', async (code, row) => {
    if (row.fault) demo.bitbucket.faults.set(...row.fault);
    gate.refuse(row.catalogRefuses);
    try {
      await fail(page, demo.appUrl, row);
      const shown = page.getByText(`(${code}, reference `);
      const text = (await shown.textContent()) ?? '';
      const [, reference] = /, reference ([0-9A-Z]{4}-[0-9A-Z]{4})\)$/.exec(text) ?? [];

      expect(text.startsWith(signInErrorCodes[code].publicText)).toBe(true);
      const refusal = `Bitbucket Server sign-in refused: ${code} at `;
      const lines = demo.logs.filter(
        line => line.includes(refusal) && line.includes(`, reference ${reference}: `),
      );
      expect(lines).toHaveLength(1);
      if (takesScreenshots) {
        const card = page.getByRole('listitem').filter({ has: shown });
        pictures.push({ code, png: await card.screenshot() });
      }
    } finally {
      demo.bitbucket.faults.clear();
      gate.refuse(undefined);
    }
  });
});
