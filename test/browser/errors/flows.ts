import type { Page } from 'playwright-core';
import { decide } from '../../support/signInWithBrowser';
import type { Provocation } from './provocations';

/** A try that ends in an error, which the page shows afterwards. */
export type Flow = (page: Page, appUrl: string, provocation: Provocation) => Promise<unknown>;

const startPath = '/api/auth/bitbucketServer/start';

/**
 * Presses "Sign in" on Backstage's page, which may show the error of the try before. Only environment
 * and scope are not the page's own: its config names one of each.
 */
export const failInPopup: Flow = async (page, appUrl, provocation) => {
  if (!page.url().startsWith(appUrl)) await page.goto(appUrl);
  const { env = 'development', scope = 'PUBLIC_REPOS' } = provocation;
  await page.context().route(`**${startPath}?*`, route => {
    const url = new URL(route.request().url());
    url.searchParams.set('env', env);
    url.searchParams.set('scope', scope);
    return route.continue({ url: url.href });
  });
  const button = page.getByRole('button', { name: 'Sign in' });
  const [popup] = await Promise.all([page.waitForEvent('popup'), button.click()]);
  const closed = popup.isClosed() ? undefined : popup.waitForEvent('close');
  if (!provocation.withoutConsent) await decide(popup, decisionOf(provocation));
  await closed;
  await page.context().unroute(`**${startPath}?*`);
};

/** Goes where the page of the redirect flow goes when one presses "Sign in" there. */
export const failInRedirect: Flow = async (page, appUrl, provocation) => {
  const { env = 'development', scope = 'PUBLIC_REPOS' } = provocation;
  const query = { env, scope, origin: appUrl, redirectUrl: `${appUrl}/`, flow: 'redirect' };
  await page.goto(`${appUrl}${startPath}?${new URLSearchParams(query)}`);
  if (!provocation.withoutConsent) await decide(page, decisionOf(provocation));
};

function decisionOf({ username = 'ada', decision, onConsent }: Provocation) {
  return { username, decision, onConsent };
}
