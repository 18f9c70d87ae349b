import { escapeHtml, layout } from './layout';

/** A page that says why nothing happens. */
export function errorPage(title: string, message: string): string {
  return layout(title, `<p role="alert">${escapeHtml(message)}</p>`);
}
