// Backstage asks for better-sqlite3 12. Compiled on Node.js 24.19 or newer, that one aborts at a garbage
// collection ("RemoveEnvironmentCleanupHook"), because the headers gave node::ObjectWrap a cleanup
// hook (nodejs/node#65446). Version 13 is built on Node-API and brings its binaries, but it needs
// Node-API 10, which Node.js 20 does not have.
const hasNodeApi10 = Number(process.versions.napi) >= 10;

module.exports = hasNodeApi10 ? require('better-sqlite3-13') : require('better-sqlite3-12');
