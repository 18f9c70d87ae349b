/**
 * Rounded down, so that 99.99 % of people is never "100 %".
 *
 * @internal
 */
export function formatPercent(coverage: number): string {
  return `${(Math.floor(coverage * 10) / 10).toFixed(1).replace(/\.0$/, '')} %`;
}
