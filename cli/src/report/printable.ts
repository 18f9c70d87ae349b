/**
 * A text from outside, safe for a terminal: control, bidirectional and invisible characters become
 * `\u{…}`, so that no name can move the cursor, colour a line or reverse it.
 *
 * @internal
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, char => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/**
 * A text from outside as text or quoted attribute value of HTML or XML. Invisible characters, and with
 * them those that XML 1.0 does not allow, become `\u{…}`.
 *
 * @internal
 */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}

/**
 * The same for every text within a value.
 *
 * @internal
 */
export function printableDeep<T>(value: T): T {
  // The value is plain JSON data, so the result has the same type.
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' ? printable(part) : part,
  ) as T;
}

/**
 * A value as JSON that is safe for a terminal: dangerous characters become JSON escapes, so a parser
 * still gets the original text.
 *
 * @internal
 */
export function toPrintableJson(value: unknown): string {
  // Line breaks only come from the formatting: JSON strings contain none.
  return JSON.stringify(value, null, 2).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, char =>
    Array.from({ length: char.length }, (_, index) => {
      const unit = char.charCodeAt(index).toString(16).padStart(4, '0');
      return `\\u${unit}`;
    }).join(''),
  );
}
