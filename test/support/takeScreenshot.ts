import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Whether this run renews the pictures of the README. Otherwise a test run leaves the checkout as it was. */
export const takesScreenshots = process.env.UPDATE_SCREENSHOTS === '1';

/** Writes `demo/screenshots/<name>.png` when `UPDATE_SCREENSHOTS=1`. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (!takesScreenshots) return;
  const path = join(__dirname, '../../demo/screenshots', `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
}
