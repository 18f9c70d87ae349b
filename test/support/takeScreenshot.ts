import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Whether this run renews the pictures of the README. Otherwise a test run leaves the checkout as it was. */
export const takesScreenshots = process.env.UPDATE_SCREENSHOTS === '1';

/** Writes the upper part of the page to `demo/screenshots/<name>.png` when `UPDATE_SCREENSHOTS=1`. */
export async function takeScreenshot(page: Page, name: string, maxHeight = 700): Promise<void> {
  if (!takesScreenshots) return;
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await page.screenshot({
    path: join(__dirname, '../../demo/screenshots', `${name}.png`),
    animations: 'disabled',
    clip: { x: 0, y: 0, width, height: Math.min(height, maxHeight) },
  });
}
