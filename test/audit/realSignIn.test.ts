import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import type { AuditReport } from '../../src/audit';
import { userEntity } from '../support/createEntityLookup';
import { signInOverHttp } from '../support/signInOverHttp';
import { runInMemory } from './runInMemory';
import { bitbucketUser } from './worlds';

const catalogToken = 'a-token-of-the-catalog-for-the-audit';

const resolvers = [
  { resolver: 'userIdMatchingUserEntityAnnotation' },
  { resolver: 'emailMatchingUserEntityProfileEmail', stripPlusTag: true },
  { resolver: 'usernameMatchingUserEntityName', namespaces: ['people', 'default'] },
  { resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['corp.example'] },
];

const users = [
  bitbucketUser('ann', { id: 501 }),
  bitbucketUser('bea', { emailAddress: 'Bea@Corp.Example' }),
  bitbucketUser('cem+x', { emailAddress: 'cem+git@corp.example' }),
  bitbucketUser('dan', { emailAddress: 'shared@corp.example' }),
  bitbucketUser('eli'),
  bitbucketUser('fay', { emailAddress: 'fay.local@corp.example' }),
  bitbucketUser('gus', { emailAddress: 'fay.local@elsewhere.example' }),
  bitbucketUser('kim', { emailAddress: '\u212aim@corp.example' }),
  bitbucketUser('jos', { emailAddress: 'jos\u00e9@corp.example' }),
  bitbucketUser('hal', { active: false, emailAddress: 'bea@corp.example' }),
  bitbucketUser('bot', { type: 'SERVICE' }),
  bitbucketUser('ivy', { emailAddress: 'email' }),
  bitbucketUser('jan/../x', { emailAddress: 'jan,kind=group@corp.example' }),
  bitbucketUser('mia', { emailAddress: 'team@corp.example' }),
];

const entities = [
  userEntity('ann.a', { annotations: { '127.0.0.1/user-id': '501' } }),
  userEntity('bea.b', { email: 'bea@corp.example' }),
  userEntity('cem', { email: 'cem@corp.example' }),
  userEntity('dan.one', { email: 'shared@corp.example' }),
  userEntity('dan.two', { email: 'SHARED@corp.example' }),
  userEntity('eli', { namespace: 'people' }),
  userEntity('eli', {}),
  userEntity('fay.local', {}),
  userEntity('kim.real', { email: 'kim@corp.example' }),
  userEntity('jose', { email: 'jose\u0301@corp.example' }),
  userEntity('mia.group', { kind: 'Group', email: 'team@corp.example' }),
];

describe('the audit of a running Bitbucket and Backstage', () => {
  let demo: Demo;
  let folder: string;
  let report: AuditReport;
  let output: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'audit-'));
    const usersFile = join(folder, 'users.json');
    const catalogFile = join(folder, 'catalog.yaml');
    writeFileSync(usersFile, JSON.stringify(users));
    // JSON is YAML, and needs no thought about quotes.
    const documents = entities.map(entity => {
      const spec = entity.kind === 'Group' ? { type: 'team', children: [] } : { memberOf: [] };
      return JSON.stringify({ ...entity, spec: { ...entity.spec, ...spec } });
    });
    writeFileSync(catalogFile, documents.join('\n---\n'));
    demo = await startDemo({
      frontend: false,
      users: usersFile,
      catalog: catalogFile,
      config: {
        backend: {
          auth: {
            externalAccess: [
              { type: 'static', options: { token: catalogToken, subject: 'audit' } },
            ],
          },
        },
        auth: {
          providers: {
            bitbucketServer: { development: { signIn: { resolvers } } },
          },
        },
      },
    });
    const configFile = join(folder, 'app-config.yaml');
    writeFileSync(
      configFile,
      JSON.stringify({
        backend: { baseUrl: '${BACKSTAGE_URL}' },
        auth: {
          providers: {
            bitbucketServer: {
              development: { baseUrl: demo.bitbucket.baseUrl, signIn: { resolvers } },
            },
          },
        },
      }),
    );
    const result = await runInMemory(['audit', '--json'], {
      cwd: folder,
      env: {
        BACKSTAGE_URL: demo.backendUrl,
        BITBUCKET_TOKEN: demo.bitbucket.issueTokens('ann').accessToken,
        BACKSTAGE_TOKEN: catalogToken,
      },
    });
    output = result.stdout + result.stderr;
    expect(result.stderr).toBe('');
    expect(result.exitCode).toBe(0);
    report = JSON.parse(result.stdout) as AuditReport;
  });

  afterAll(async () => {
    await demo?.stop();
    rmSync(folder, { recursive: true });
  });

  it('looks at everybody once', () => {
    expect(report.people.map(({ username }) => username).sort()).toEqual(
      users.map(({ name }) => name).sort(),
    );
    expect(report.entities).toEqual({ users: 10, groups: 1 });
    expect(report.missing).toEqual([]);
  });

  it.each(users.map(({ name }) => String(name)))(
    'says of %s what the real sign-in does',
    async name => {
      const verdict = report.people.find(({ username }) => username === name)!;
      const { response, error } = await signInOverHttp(demo.backendUrl, name);
      const real =
        response?.backstageIdentity?.identity.userEntityRef ??
        /\(([A-Z_]+), reference/.exec(error?.message ?? '')?.[1];
      expect(real).toBeDefined();
      expect(verdict.entityRef ?? verdict.code).toBe(real);
    },
  );

  it('holds people of every kind, so that the comparison means something', () => {
    const outcomes = new Set(report.people.map(({ outcome }) => outcome));
    expect([...outcomes].sort()).toEqual(['ambiguous', 'inactive', 'nobody', 'service', 'signsIn']);
    expect(new Set(report.people.map(({ step }) => step).filter(Boolean)).size).toBe(4);
  });

  it('prints no credential', () => {
    for (const { headers } of demo.bitbucket.requests) {
      const [, token] = (headers.authorization ?? '').split(' ');
      if (token) expect(output).not.toContain(token);
    }
    expect(output).not.toContain(catalogToken);
  });
});
