import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** What a page looked like. */
export interface Picture {
  readonly code: string;
  readonly png: Buffer;
}

/** Writes all of them as one picture, `demo/screenshots/errors.png`, to be read by a person. */
export async function writeContactSheet(page: Page, pictures: readonly Picture[]): Promise<void> {
  const figures = pictures.map(
    ({ code, png }) =>
      `<figure><figcaption>${code}</figcaption><img src="data:image/png;base64,${png.toString('base64')}"></figure>`,
  );
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.setContent(`<!doctype html><style>
    body { columns: 4; column-gap: 12px; font: 13px sans-serif; margin: 12px; background: #eee }
    figure { margin: 0 0 12px; break-inside: avoid } img { width: 100% }
  </style>${figures.join('')}`);
  await page.screenshot({
    path: join(__dirname, '../../../demo/screenshots/errors.png'),
    fullPage: true,
  });
}
