import { launchBrowser } from '../support/browser';
import { takeScreenshot, takesScreenshots } from '../support/takeScreenshot';

const colors: Record<string, string> = {
  '31': '#ff7b72',
  '32': '#56d364',
  '33': '#e3b341',
  '36': '#76e3ea',
  '39': 'inherit',
  '90': '#8b949e',
};

/** Draws what a command writes to a terminal of 120 columns, for docs/audit.md. */
export async function pictureOfTerminal(
  name: string,
  command: string,
  output: string,
): Promise<void> {
  if (!takesScreenshots) return;
  const escaped = output.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const painted = escaped.replace(
    /\u001b\[(\d+)m/g,
    (_, code: string) => `</span><span style="color: ${colors[code]}">`,
  );
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1_000, height: 400 } });
    await page.setContent(`<!doctype html><meta charset="utf-8"><style>
      html { background: #0d1117 }
      pre { margin: 0; padding: 16px; color: #e6edf3; font: 13px/1.45 'DejaVu Sans Mono', monospace;
        white-space: pre-wrap; overflow-wrap: anywhere; max-width: 120ch }
      b { color: #8b949e; font-weight: 400 }
    </style><pre><b>$ ${command}</b>\n<span>${painted}</span></pre>`);
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.setViewportSize({ width: 1_000, height });
    await takeScreenshot(page, name, height);
  } finally {
    await browser.close();
  }
}
