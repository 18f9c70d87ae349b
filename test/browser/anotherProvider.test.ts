import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import { signInErrorCodes } from '../../src/errors';
import { readDoc } from '../docs/support/readDocs';
import { launchBrowser } from '../support/browser';
import { decide } from '../support/signInWithBrowser';
import { bundleWithSample } from './anotherProvider/bundleWithSample';
import { atTheBrowser, companyProvider } from './anotherProvider/companyProvider';

const sample = readDoc('docs/frontend.md').blocks.find(({ text }) =>
  text.includes('function CompanySignInPage'),
)!.text;
const lineThatEndsBoth = /\n *onSignInSuccess=.*/;

// Bundling the apps and starting a browser take their time on a busy machine.
jest.setTimeout(120_000);

let browser: Browser;
let app: string;
let demo: Demo;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  app = await bundleWithSample(sample);
});

afterAll(() => browser?.close());

/** Starts a Backstage in which Bitbucket Server signs nobody in. */
async function startCompany(redirectFlow: boolean): Promise<void> {
  demo = await startDemo({
    configFiles: [join(__dirname, 'anotherProvider/app-config.yaml')],
    features: [companyProvider],
    redirectFlow,
  });
}

/** Opens a browser that gets `app` in place of the demo's. */
async function openBrowser(app: string): Promise<void> {
  context = await browser.newContext({ locale: 'en-GB' });
  context.setDefaultTimeout(15_000);
  await context.route('**/static/index.js', route =>
    route.fulfill({ contentType: 'text/javascript', body: app }),
  );
  page = await context.newPage();
}

const press = (name: string) => page.getByRole('button', { name }).click();

async function signInAs(username: string): Promise<void> {
  atTheBrowser.username = username;
  await page.goto(`${demo.appUrl}/plugin`);
  await press('Sign in');
  await page.getByRole('button', { name: 'Ask Bitbucket' }).waitFor();
}

/** On another page than the one that got the token: the app in the browser has forgotten it. */
async function signOut(): Promise<void> {
  await page.goto(`${demo.appUrl}/settings`);
  await page.getByTestId('user-settings-menu').click();
  await page.getByRole('menuitem', { name: 'Sign Out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
}

const loginRequest = () => page.getByRole('dialog').getByRole('button', { name: 'Log in' });

/** Asks for a token, which opens Backstage's dialog, and then Bitbucket's page in a popup. */
async function logInToBitbucketAs(username: string): Promise<void> {
  await press('Ask Bitbucket');
  const [popup] = await Promise.all([context.waitForEvent('page'), loginRequest().click()]);
  const closed = popup.waitForEvent('close');
  await decide(popup, { username });
  await closed;
  expect(await whoseToken()).toBe(username);
}

/** Whose token the plugin shows, as Bitbucket says. */
async function whoseToken(): Promise<string | null> {
  const token = page.locator('output:not(:empty)');
  const { headers } = await fetch(`${demo.bitbucket.baseUrl}/rest/api/latest/users`, {
    headers: { Authorization: `Bearer ${await token.textContent()}` },
  });
  return headers.get('x-ausername');
}

describe('Beside another sign-in provider, with the sample of docs/frontend.md', () => {
  beforeAll(() => startCompany(false));
  afterAll(() => demo?.stop());
  afterEach(() => context.close());

  it('a person logs in to Bitbucket once, and the settings show the connection and end it', async () => {
    await openBrowser(app);
    await signInAs('ada.lovelace');
    await logInToBitbucketAs('ada');
    await page.reload();
    await press('Ask Bitbucket');
    expect(await whoseToken()).toBe('ada');

    await page.goto(`${demo.appUrl}/settings/auth-providers`);
    await Promise.all([
      page.waitForResponse('**/api/auth/bitbucketServer/logout*'),
      page.getByTitle('Sign out from Bitbucket Server').click(),
    ]);
    await page.goto(`${demo.appUrl}/plugin`);
    await press('Ask Bitbucket');
    await loginRequest().waitFor();
  });

  it('who signs out leaves no Bitbucket token for the next person', async () => {
    await openBrowser(app);
    await signInAs('ada.lovelace');
    await logInToBitbucketAs('ada');
    await signOut();
    await signInAs('dorothy.vaughan');
    await logInToBitbucketAs('dorothy');
  });

  it('without its line for sign-out, the next person works with the token of the one before', async () => {
    expect(sample).toMatch(lineThatEndsBoth);
    await openBrowser(await bundleWithSample(sample.replace(lineThatEndsBoth, '')));
    await signInAs('ada.lovelace');
    await logInToBitbucketAs('ada');
    await signOut();
    await signInAs('dorothy.vaughan');
    await press('Ask Bitbucket');
    expect(await whoseToken()).toBe('ada');
  });
});

describe('With the redirect flow', () => {
  beforeAll(() => startCompany(true));
  afterAll(() => demo?.stop());
  afterEach(() => context.close());

  it('a refused wider scope shows in the address and the log, and not on the page', async () => {
    const { publicText } = signInErrorCodes.AUTHORIZATION_SCOPE_INVALID;
    await openBrowser(app);
    await signInAs('ada.lovelace');
    await press('Ask for more');
    await loginRequest().click();
    await page.waitForURL(/[?&]error=/);
    await page.getByRole('button', { name: 'Ask Bitbucket' }).waitFor();
    await page.waitForLoadState('networkidle');

    const { pathname, searchParams } = new URL(page.url());
    expect(pathname).toBe('/plugin');
    const text = searchParams.get('error')!;
    expect(text.startsWith(publicText)).toBe(true);
    const [, reference] = /reference ([0-9A-Z]{4}-[0-9A-Z]{4})\)$/.exec(text)!;
    expect(demo.logs.filter(line => line.includes(`reference ${reference}`))).toHaveLength(1);
    const shown = await page.locator('body').innerText();
    expect(shown).toContain('Ask Bitbucket');
    expect(shown).not.toContain(publicText.slice(0, 20));
    expect(shown).not.toContain('AUTHORIZATION_SCOPE_INVALID');
  });
});
