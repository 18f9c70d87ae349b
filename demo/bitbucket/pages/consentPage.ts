import type { AuthorizeRequest } from '../oauth/checkAuthorizeRequest';
import type { SimulatedPerson } from '../SimulatorOptions';
import { escapeHtml, layout } from './layout';

const scopeTexts: Record<string, string> = {
  PUBLIC_REPOS: 'View public projects and repositories, and your profile',
  ACCOUNT_WRITE: 'Change your account',
  REPO_READ: 'Read the repositories you can read',
  REPO_WRITE: 'Write to the repositories you can write to',
  REPO_ADMIN: 'Administer the repositories you administer',
  PROJECT_ADMIN: 'Administer the projects you administer',
  ADMIN_WRITE: 'Administer Bitbucket, except its system settings',
  SYSTEM_ADMIN: 'Administer Bitbucket, system settings included',
};

/** What the consent page shows and sends back. */
export interface ConsentPageOptions {
  request: AuthorizeRequest;
  people: readonly SimulatedPerson[];
  /** Parameters of the request, sent back with the decision; `person` preselects. */
  query: URLSearchParams;
  /** Address the form is posted to. */
  action: string;
}

/** The page where one chooses who signs in, and allows or denies. Works without JavaScript. */
export function consentPage({ request, people, query, action }: ConsentPageOptions): string {
  const { client, scopes, redirectUri } = request;
  const chosen = query.get('person');
  const hidden = [...query]
    .filter(([name]) => name !== 'person')
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    );
  const asks = scopes.map(
    scope =>
      `<li>${escapeHtml(scopeTexts[scope] ?? scope)} <code class="soft">${escapeHtml(scope)}</code></li>`,
  );
  return layout(
    `Allow ${client.clientId} to access your account?`,
    `<p>It asks to:</p>
<ul>${asks.join('')}</ul>
<form method="post" action="${escapeHtml(action)}">
${hidden.join('\n')}
<label for="person">Sign in as</label>
<select name="username" id="person" required>
${people.map(person => option(person, chosen)).join('\n')}
</select>
<div class="actions">
<button id="allow" name="decision" value="allow" class="primary">Allow</button>
<button id="deny" name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<p class="soft">You go back to ${escapeHtml(new URL(redirectUri).origin)}.</p>`,
  );
}

function option({ user }: SimulatedPerson, chosen: string | null): string {
  const name = String(user.name);
  const remarks = [
    user.active === false ? 'inactive' : '',
    user.type === 'SERVICE' ? 'service account' : '',
  ].filter(Boolean);
  const text = `${String(user.displayName ?? name)} (${[name, ...remarks].join(', ')})`;
  const selected = name === chosen ? ' selected' : '';
  return `<option value="${escapeHtml(name)}"${selected}>${escapeHtml(text)}</option>`;
}
