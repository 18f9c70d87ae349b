import type { SimulatedPerson } from '../SimulatorOptions';
import { escapeHtml, layout } from './layout';

const SHOWN = 50;

/** The front page: which server this is and who exists on it. */
export function homePage(version: string, people: readonly SimulatedPerson[]): string {
  const items = people
    .slice(0, SHOWN)
    .map(
      ({ user }) =>
        `<li>${escapeHtml(String(user.displayName ?? user.name))} <code>${escapeHtml(String(user.name))}</code></li>`,
    );
  const more = people.length - items.length;
  return layout(
    'Bitbucket',
    `<p>Version ${escapeHtml(version)}, ${people.length} people.</p>
<ul>${items.join('')}</ul>
${more > 0 ? `<p class="soft">and ${more} more</p>` : ''}`,
  );
}
