import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { launchBrowser } from '../../support/browser';
import { takeScreenshot } from '../../support/takeScreenshot';

const shown = [
  'bitbucket_server.outcome',
  'bitbucket_server.step',
  'bitbucket_server.step.outcome',
  'http.response.status_code',
];

/** Draws the spans of one trace as a tracing tool does, for docs/observability.md. */
export async function pictureOfTrace(spans: readonly ReadableSpan[]): Promise<void> {
  const startOf = ({ startTime: [s, ns] }: ReadableSpan) => s * 1_000 + ns / 1e6;
  const lengthOf = ({ duration: [s, ns] }: ReadableSpan) => s * 1_000 + ns / 1e6;
  // They come in the order of their ends: the root is the last one.
  const root = spans.at(-1)!;
  const inOrder = [root, ...spans.slice(0, -1)];
  const percent = (ms: number) => `${((100 * ms) / lengthOf(root)).toFixed(2)}%`;
  const rows = inOrder.map(span => {
    const attributes = shown.flatMap(key => {
      const value = span.attributes[key];
      return value === undefined
        ? []
        : [`${key.replace('bitbucket_server.', '')} = ${String(value)}`];
    });
    const bar = `left: ${percent(startOf(span) - startOf(root))}; width: ${percent(lengthOf(span))}`;
    return `<tr><th style="padding-left: ${span === root ? 8 : 28}px">${span.name}<small>${attributes.join('<br>')}</small></th>
      <td>${lengthOf(span).toFixed(1)} ms</td><td class="line"><i style="${bar}"></i></td></tr>`;
  });
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1_000, height: 61 * rows.length } });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; font: 14px sans-serif; color: #1b1f24 } table { width: 100%; border-collapse: collapse }
    tr { border-bottom: 1px solid #d8dee4; height: 58px } th { text-align: left; width: 46%; font-weight: 600 }
    small { display: block; font-weight: 400; color: #57606a } td { width: 9%; text-align: right; padding-right: 12px }
    .line { width: 45%; position: relative } i { position: absolute; top: 20px; height: 18px; min-width: 2px; background: #1f6feb; border-radius: 2px }
  </style><table>${rows.join('')}</table>`);
  await takeScreenshot(page, 'trace');
  await browser.close();
}
