// Test files named `*.redis.test.ts` need a real Redis. Jest asks this filter which of the files that
// it is about to run may run. Without a Redis those are left out, and named. With CI=true they run all
// the same, and fail.
const { existsSync, writeFileSync } = require('node:fs');
const { delimiter, join, relative } = require('node:path');

const connectionString = 'BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING';

function hasRedis(env) {
  const folders = (env.PATH ?? '').split(delimiter);
  return (
    Boolean(env[connectionString]) || folders.some(each => existsSync(join(each, 'redis-server')))
  );
}

module.exports = async function filter(paths) {
  const { env } = process;
  const leaveOut = !env.CI && !hasRedis(env);
  const leftOut = paths.filter(path => leaveOut && path.endsWith('.redis.test.ts'));
  if (leftOut.length > 0) {
    const names = leftOut.map(path => relative(process.cwd(), path)).join(', ');
    const notice = `Not run: ${names}. There is no Redis: install redis-server (Debian: apt-get install redis-server), or set ${connectionString}.`;
    // `npm test` says it at the end, where it is not scrolled away.
    if (env.TESTS_NOT_RUN) writeFileSync(env.TESTS_NOT_RUN, notice);
    else console.warn(notice);
  }
  return { filtered: paths.filter(path => !leftOut.includes(path)) };
};
