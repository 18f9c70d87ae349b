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
import { addPeople, elsewhere, provocations } from './errors/provocations';
import type { Provocation } from './errors/provocations';
import { startCatalogGate } from './errors/startCatalogGate';
import type { CatalogGate } from './errors/startCatalogGate';
import { writeContactSheet } from './errors/writeContactSheet';
import type { Picture } from './errors/writeContactSheet';

const root = join(__dirname, '../..');
const rows = Object.entries(provocations) as [SignInErrorCode, Provocation][];

// One browser for all: bundling the apps and starting everything takes its time.
jest.setTimeout(180_000);
let browser: Browser;
/** A backend serves one environment, so each has a demo of its own. */
const stages = new Map<string, { readonly demo: Demo; readonly gate: CatalogGate }>();

async function startStage(environment: string): Promise<void> {
  const port = await choosePort(0, 'port');
  const gate = await startCatalogGate(`http://127.0.0.1:${port}`);
  const demo = await startDemo({
    port,
    configFiles: [
      join(root, 'demo/world/strict.app-config.yaml'),
      join(__dirname, 'errors/app-config.yaml'),
    ],
    config: {
      auth: { environment },
      discovery: { endpoints: [{ target: { internal: gate.url }, plugins: ['catalog'] }] },
    },
  });
  stages.set(environment, { demo, gate });
  addPeople(demo.bitbucket);
}

beforeAll(async () => {
  browser = await launchBrowser();
  for (const env of new Set(rows.map(([, row]) => row.env ?? 'development'))) await startStage(env);
});

afterAll(async () => {
  await browser?.close();
  for (const { demo, gate } of stages.values()) {
    await demo.stop();
    await gate.close();
  }
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
    const { demo, gate } = stages.get(row.env ?? 'development')!;
    for (const fault of row.faults ?? []) demo.bitbucket.faults.set(...fault);
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
