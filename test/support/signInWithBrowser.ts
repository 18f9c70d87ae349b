import type { Page } from 'playwright-core';

export interface SignInWithBrowserOptions {
  username: string;
  /** Default: `Allow`. */
  decision?: 'Allow' | 'Deny';
  /** Called with Bitbucket's page before the decision. */
  onConsent?: (consent: Page) => Promise<unknown>;
}

/** Presses "Sign in" on Backstage's page and answers Bitbucket's, which opens in a popup. */
export async function signInWithPopup(page: Page, options: SignInWithBrowserOptions) {
  const [popup] = await Promise.all([page.waitForEvent('popup'), pressSignIn(page)]);
  const closed = popup.waitForEvent('close');
  await decide(popup, options);
  await closed;
}

/** The same without a popup: the page goes to Bitbucket and comes back. */
export async function signInWithRedirect(page: Page, options: SignInWithBrowserOptions) {
  await pressSignIn(page);
  await decide(page, options);
}

async function pressSignIn(page: Page) {
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Answers Bitbucket's page. */
export async function decide(consent: Page, options: SignInWithBrowserOptions) {
  const { username, decision = 'Allow', onConsent } = options;
  await consent.getByLabel('Sign in as').selectOption(username);
  await onConsent?.(consent);
  await consent.getByRole('button', { name: decision }).click();
}
