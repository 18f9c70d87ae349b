import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Measures `audit` of many people offline, as its users run it: the built program, from the start of
// the process to its end. Run it after `npm run build`:
//   node --import tsx test/cli/measureScale.ts [people] [path of main.js]

const people = Number(process.argv[2] ?? 50_000);
const program = resolve(process.argv[3] ?? join(__dirname, '../../cli/dist/main.js'));
const tellMemory =
  "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";
const folder = mkdtempSync(join(tmpdir(), 'audit-scale-'));

/** A third is found by email, a third by username, a third by nothing; some by id; 2 % are inactive. */
const users = Array.from({ length: people }, (_, i) => ({
  id: i + 1,
  name: `user${i}`,
  slug: `user${i}`,
  displayName: `User Number ${i}`,
  emailAddress: `user.${i}@corp.example`,
  active: i % 50 !== 0,
  type: 'NORMAL',
  lastAuthenticationTimestamp: 1_700_000_000_000 + i * 60_000,
}));
const entities = Array.from({ length: people }, (_, i) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: {
    name: i % 3 === 0 ? `user${i}` : `person.${i}`,
    annotations: {
      'backstage.io/managed-by-location': 'url:https://corp.example/org.yaml',
      ...(i % 7 === 0 && { 'bitbucket.corp.example/user-id': String(i + 1) }),
    },
  },
  spec: {
    profile: {
      displayName: `Person ${i}`,
      ...(i % 3 === 1 && { email: `User.${i}@corp.example` }),
    },
    memberOf: [`team-${i % 200}`],
  },
}));
const names = [
  'userIdMatchingUserEntityAnnotation',
  'emailMatchingUserEntityProfileEmail',
  'usernameMatchingUserEntityName',
];
const production = {
  host: 'bitbucket.corp.example',
  signIn: { resolvers: names.map(resolver => ({ resolver })) },
};

function toYaml({ kind, metadata, spec }: (typeof entities)[number]): string {
  const annotations = Object.entries(metadata.annotations).map(
    ([key, value]) => `    ${key}: '${value}'\n`,
  );
  const email = 'email' in spec.profile ? `    email: ${spec.profile.email}\n` : '';
  return `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${metadata.name}\n  annotations:\n${annotations.join('')}spec:\n  profile:\n    displayName: ${spec.profile.displayName}\n${email}  memberOf: [${spec.memberOf.join()}]\n`;
}

try {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const auth = { providers: { bitbucketServer: { production } } };
  write('app-config.yaml', JSON.stringify({ auth }));
  write('users.json', JSON.stringify(users));
  write('entities.json', JSON.stringify(entities));
  write('entities.yaml', entities.map(toYaml).join('---\n'));
  for (const file of ['entities.json', 'entities.yaml']) {
    const sources = ['--users', 'users.json', '--entities', file];
    const outputs = ['--html', 'a.html', '--csv', 'a.csv', '--limit', '0'];
    const startedAt = performance.now();
    const run = spawnSync(
      process.execPath,
      ['--import', tellMemory, program, 'audit', ...sources, ...outputs],
      { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH } },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    if (run.status !== 0) throw new Error(run.stderr || String(run.error));
    const megabytes = Number(run.stderr.trim().split('\n').at(-1)) / 1024;
    const [line] = run.stdout.split('\n').filter(each => each.includes('would sign in'));
    console.log(
      `${people} people, ${file}: ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB at most; ${line}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
