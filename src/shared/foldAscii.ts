const onlyLowerAscii = /^[\x00-\x40\x5b-\x7f]*$/;
const onlyAscii = /^[\x00-\x7f]*$/;
const letterWithMarks = /\P{M}\p{M}+/gu;

/**
 * The form in which two values are compared: letters and their combining marks composed, then `A`–`Z`
 * to `a`–`z` and nothing else.
 *
 * `String.toLowerCase`, which the catalog uses, folds all of Unicode: U+212A KELVIN SIGN becomes `k`,
 * so a stranger could sign in as Kim. NFKC does the same to full-width letters, and NFC to the few
 * characters with a canonical equivalent, such as the Kelvin sign. So only a letter with combining
 * marks is composed, and only if NFC leaves the letter itself unchanged.
 *
 * For code that compares values of a person with values of the catalog, such as `reject` of a
 * custom matcher.
 *
 * @see https://www.unicode.org/reports/tr15/#Singletons_Figure
 * @public
 */
export function foldAscii(value: string): string {
  if (onlyLowerAscii.test(value)) return value;
  // On pure ASCII `toLowerCase` is the same fold, and native.
  if (onlyAscii.test(value)) return value.toLowerCase();
  const folded = composeMarks(value).replace(/[A-Z]+/g, lower);
  // Some letters have a composed form in lower case only, such as w with a ring above.
  return composeMarks(folded);
}

function composeMarks(value: string): string {
  return value.replace(letterWithMarks, compose);
}

function compose(sequence: string): string {
  const letter = String.fromCodePoint(sequence.codePointAt(0)!);
  return letter.normalize('NFC') === letter ? sequence.normalize('NFC') : sequence;
}

function lower(letters: string): string {
  return letters.toLowerCase();
}
