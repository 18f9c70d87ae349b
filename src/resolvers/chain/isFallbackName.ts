// ASCII, because Backstage lower-cases refs by the rules of all of Unicode; and nothing that has a
// meaning in a ref, so that the ref reads back as what it was built from.
const safeName = /^[A-Za-z0-9](?:[A-Za-z0-9._+@-]{0,251}[A-Za-z0-9])?$/;

/**
 * Whether a value may be the name of a person who is in no catalog.
 *
 * @internal
 */
export function isFallbackName(value: unknown): value is string {
  return typeof value === 'string' && safeName.test(value);
}
