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
