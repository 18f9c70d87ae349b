import { layout } from './layout';

/** What an access proxy or an expired session answers instead of JSON. */
export function loginPage(): string {
  return layout(
    'Log in',
    `<p>You need to log in to continue.</p>
<p class="soft">The simulator has no login of its own: the person is chosen on the consent page.</p>`,
  );
}
