/** Codes live for ten seconds: a smaller difference is that of a slow network. */
const noticeableMs = 30_000;

/**
 * Says so when the clock of the server, by the `Date` of its answer, is far from ours. Empty otherwise.
 * Clocks that differ, also between the nodes of a cluster, make codes and tokens expire too early.
 *
 * @internal
 */
export function describeClockSkew(headers: Headers, now: number): string {
  const date = Date.parse(headers.get('date') ?? '');
  const differenceMs = Math.abs(now - date);
  if (!(differenceMs >= noticeableMs)) return '';
  return `The clocks of Backstage and Bitbucket Server differ by ${describeDuration(differenceMs)}; please tell your administrators.`;
}

function describeDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 2) return `about ${Math.round(ms / 1_000)} seconds`;
  return minutes < 120 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}
