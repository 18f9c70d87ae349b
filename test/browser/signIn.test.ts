import type { Browser, Page } from 'playwright-core';
import type { Demo, DemoOptions } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { launchBrowser } from '../support/browser';
import { signInWithPopup, signInWithRedirect } from '../support/signInWithBrowser';
import { takeScreenshot, takesScreenshots } from '../support/takeScreenshot';

const publicText =
  'You are signed in to Bitbucket Server, but Backstage does not know you yet. Please ask your Backstage administrators to add you.';

// The pictures show the addresses that a reader of the README will see.
const ports: DemoOptions = takesScreenshots ? { port: 7007, bitbucketPort: 7990 } : {};

// Bundling the app and starting a browser take their time on a busy machine.
jest.setTimeout(120_000);

describe.each([
  { flow: 'popup', signIn: signInWithPopup },
  { flow: 'redirect', signIn: signInWithRedirect },
])('In a browser, with the $flow flow, a person', ({ flow, signIn }) => {
  let browser: Browser;
  let demo: Demo;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    demo = await startDemo({ ...ports, redirectFlow: flow === 'redirect' });
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  beforeEach(async () => {
    page = await browser.newPage({
      viewport: { width: 1200, height: 680 },
      locale: 'en-GB',
      colorScheme: 'light',
    });
    page.setDefaultTimeout(15_000);
    await page.goto(demo.appUrl);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    demo.bitbucket.clearRequests();
  });

  afterEach(async () => {
    await page.context().close();
  });

  const shot = async (of: Page, name: string, maxHeight?: number) => {
    if (flow === 'popup') await takeScreenshot(of, name, maxHeight);
  };
  const seesText = (text: string) => page.getByText(text, { exact: true }).first().waitFor();
  const seesAvatar = () =>
    page.waitForFunction(
      `[...document.images].some(({ src, naturalWidth }) =>
        src.startsWith('${demo.bitbucket.baseUrl}/users/') && naturalWidth > 0)`,
    );
  const errorText = async () =>
    (await page.getByText(/reference [0-9A-Z]{4}-[0-9A-Z]{4}\)$/).textContent()) ?? '';
  const referenceOf = (text: string) => /reference ([0-9A-Z]{4}-[0-9A-Z]{4})\)$/.exec(text)?.[1];
  const logLinesAbout = (reference: string | undefined) =>
    demo.logs.filter(line => line.startsWith('auth ') && line.includes(`reference ${reference}`));

  it('signs in with no more than PUBLIC_REPOS, sees who they are, and stays signed in over a reload', async () => {
    await shot(page, 'sign-in', 320);
    await signIn(page, { username: 'ada', onConsent: consent => shot(consent, 'consent') });

    await seesText('ada.lovelace@corp.example');
    await seesText('Engines');
    await seesAvatar();
    await shot(page, 'signed-in');
    const authorizations = demo.bitbucket.requests.filter(({ routes }) =>
      routes.includes('authorize'),
    );
    expect(authorizations.map(({ query }) => query.scope)).toEqual(['PUBLIC_REPOS']);

    const refreshesBefore = demo.bitbucket.counts.refreshes;
    await page.reload();
    await seesText('ada.lovelace@corp.example');
    await seesAvatar();
    expect(demo.bitbucket.counts.refreshes).toBeGreaterThan(refreshesBefore);
    expect(demo.bitbucket.counts.tokenExchanges).toBe(1);
  });

  it('signs out, and a reload does not bring them back', async () => {
    await signIn(page, { username: 'dorothy' });
    await seesText('dorothy.vaughan@corp.example');
    await seesAvatar();

    await page.getByTestId('user-settings-menu').click();
    await page.getByRole('menuitem', { name: 'Sign Out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('whom Backstage does not know reads why, with a reference that is in the log', async () => {
    await signIn(page, { username: 'newcomer' });

    const text = await errorText();
    expect(text.startsWith(publicText)).toBe(true);
    expect(text).toContain('(NO_MATCHING_USER, reference ');
    expect(logLinesAbout(referenceOf(text))).toHaveLength(1);
    await shot(page, 'refused', 460);

    await page.goto(demo.appUrl);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('who denies reads how to go on, and can', async () => {
    await signIn(page, { username: 'ada', decision: 'Deny' });
    const text = await errorText();
    expect(text).toContain('You did not allow Backstage to sign you in with Bitbucket Server.');
    expect(text).toContain('(AUTHORIZATION_DENIED, reference ');
    await shot(page, 'denied', 420);

    // Backstage's page takes no new attempt while its address carries the error of a redirect.
    if (flow === 'redirect') {
      const before = demo.bitbucket.counts.authorize;
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForLoadState('networkidle');
      expect(demo.bitbucket.counts.authorize).toBe(before);
      await page.goto(demo.appUrl);
    }
    await signIn(page, { username: 'ada' });
    await seesText('ada.lovelace@corp.example');
  });
});
