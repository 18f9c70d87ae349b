import { printable } from './printable';

/**
 * A foreign text as HTML text or quoted attribute value, with what is invisible shown.
 *
 * @internal
 */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}
