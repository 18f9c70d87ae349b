/**
 * Whether a key and a value keep their meaning in the catalog's `filter` parameter: a comma-separated
 * list without escaping, whose parts are trimmed.
 *
 * A value may hold `=`, because the catalog splits at the first one only; a key may not.
 *
 * @see https://backstage.io/docs/features/software-catalog/software-catalog-api#filtering
 * @internal
 */
export function isFilterSafe(field: string, value: string): boolean {
  return !field.includes('=') && [field, value].every(isSafe);
}

function isSafe(text: string): boolean {
  return text !== '' && !text.includes(',') && text.trim() === text;
}
