/**
 * The form in which what was mistyped looks the same: compatibility forms, the case of all of
 * Unicode, white space and invisible characters are gone. For hints only; nothing is matched by it.
 *
 * @internal
 */
export function loosen(value: string): string {
  return value
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .toLowerCase();
}
