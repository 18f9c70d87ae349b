// A test file named `*.<program>.test.ts` needs a real program that not every machine has. Jest asks
// this filter which of the files that it is about to run may run. Those whose program is missing are
// left out, and named. With CI=true they run all the same, and fail.
const { existsSync, writeFileSync } = require('node:fs');
const { delimiter, join, relative } = require('node:path');

const redis = 'BACKSTAGE_TEST_CACHE_REDIS7_CONNECTION_STRING';

const programs = {
  redis: { file: 'redis-server', variable: redis },
  git: { file: 'git' },
  curl: { file: 'curl' },
};

function isThere({ file, variable }, env) {
  const folders = (env.PATH ?? '').split(delimiter);
  return Boolean(env[variable]) || folders.some(each => existsSync(join(each, file)));
}

/** The names of test files, and what to install for them. */
function describe(paths, { file, variable }) {
  const names = paths.map(path => relative(process.cwd(), path)).join(', ');
  const other = variable ? `, or set ${variable}` : '';
  return `Not run: ${names}. There is no ${file}: install it (Debian: apt-get install ${file})${other}.`;
}

module.exports = async function filter(paths) {
  const { env } = process;
  const missing = Object.entries(programs)
    .filter(([, program]) => !env.CI && !isThere(program, env))
    .map(([name, program]) => ({
      program,
      leftOut: paths.filter(path => path.endsWith(`.${name}.test.ts`)),
    }))
    .filter(({ leftOut }) => leftOut.length > 0);
  if (missing.length > 0) {
    const notice = missing.map(({ leftOut, program }) => describe(leftOut, program)).join('\n');
    // `npm test` says it at the end, where it is not scrolled away.
    if (env.TESTS_NOT_RUN) writeFileSync(env.TESTS_NOT_RUN, notice);
    else console.warn(notice);
  }
  const leftOut = missing.flatMap(each => each.leftOut);
  return { filtered: paths.filter(path => !leftOut.includes(path)) };
};
