/**
 * A text from outside, safe for a terminal: control, bidirectional and invisible characters become
 * `\u{…}`, so that no name can move the cursor, colour a line or reverse it.
 *
 * @internal
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, char => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** The same for every text within a value. @internal */
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

/** HTML or XML that is written as it is. @internal */
export class Markup {
  constructor(readonly text: string) {}
}

type MarkupValue = string | number | undefined | Markup | readonly MarkupValue[];

/**
 * A template of HTML or XML. Values are escaped unless they are markup themselves, so that none can be
 * forgotten: they are text or quoted attribute values. Their invisible characters, and with these all
 * that XML 1.0 does not allow, become `\u{…}`; so does a line break.
 *
 * @internal
 */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(toText)));
}

function toText(value: MarkupValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(toText).join('');
  const text = printable(String(value ?? ''));
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}
