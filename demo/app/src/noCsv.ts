/** Stands in for `csv-stringify`, which needs Node: the demo has no table that exports CSV. */
export default function stringify(): never {
  throw new Error('The demo app exports no CSV');
}
