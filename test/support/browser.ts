import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findBrowser } from './findBrowser';

/** Keeps the browser to this machine, and working inside a container. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a Chrome or Chromium without a window, with an empty profile. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({ executablePath, args, headless: true, env: { ...process.env, ...env } });
}
