/**
 * A foreign text for a terminal: control, bidirectional and invisible characters are shown as their
 * number, so that no name can move the cursor, colour a line or turn it round.
 *
 * @internal
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, char => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/**
 * A foreign text as HTML text or quoted attribute value, with what is invisible shown.
 *
 * @internal
 */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}

/**
 * The same for every text within a value.
 *
 * @internal
 */
export function printableDeep<T>(value: T): T {
  // What JSON can hold goes in, and the same shape comes out.
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? printable(part) : part,
  ) as T;
}

/**
 * A value as JSON that a terminal may show: the characters that could harm it are written as JSON
 * escapes, so that whoever parses the text gets them as they were.
 *
 * @internal
 */
export function toPrintableJson(value: unknown): string {
  // Line breaks are those of the format: JSON has none inside a text.
  return JSON.stringify(value, null, 2).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, char =>
    Array.from({ length: char.length }, (_, index) => {
      const unit = char.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
