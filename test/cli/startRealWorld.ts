import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Demo } from '../../demo/Demo';
import { startDemo } from '../../demo/startDemo';
import type { AuditReport } from 'backstage-bitbucket-server';
import { runInMemory } from './runInMemory';
import type { TestWorld } from './worlds';

export interface RealWorld {
  readonly demo: Demo;
  /** Of an audit that asked both servers. */
  readonly report: AuditReport;
  /** Of an audit that read the files from which Bitbucket and the catalog were filled. */
  readonly offlineReport: AuditReport;
  /** All that the audit wrote. */
  readonly output: string;
  readonly catalogToken: string;
  stop(): Promise<void>;
}

const catalogToken = 'a-token-of-the-catalog-for-the-audit';

/** Boots a Bitbucket and a real Backstage with the people of a world, and audits them over HTTP. */
export async function startRealWorld(world: TestWorld): Promise<RealWorld> {
  const { resolvers, transforms = [], payloads, entities } = world;
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  const usersFile = join(folder, 'users.json');
  const catalogFile = join(folder, 'catalog.yaml');
  writeFileSync(usersFile, JSON.stringify(payloads));
  // JSON is YAML, and needs no thought about quotes.
  const documents = entities.map(entity => {
    const spec =
      entity.kind === 'Group'
        ? { type: 'team', children: [] }
        : entity.kind === 'User'
          ? { memberOf: [] }
          : {};
    return JSON.stringify({ ...entity, spec: { ...entity.spec, ...spec } });
  });
  writeFileSync(catalogFile, documents.join('\n---\n'));
  const provider = { signIn: { resolvers }, profileTransforms: transforms };
  // As docs/audit.md says: a token that can read the catalog and do nothing else.
  const accessRestrictions = [{ plugin: 'catalog', permissionAttribute: { action: 'read' } }];
  const options = { token: catalogToken, subject: 'audit' };
  const externalAccess = [{ type: 'static', options, accessRestrictions }];
  const demo = await startDemo({
    frontend: false,
    users: usersFile,
    catalog: catalogFile,
    config: {
      backend: { auth: { externalAccess } },
      auth: { providers: { bitbucketServer: { development: provider } } },
      catalog: { rules: [{ allow: ['User', 'Group', 'Component'] }] },
    },
  });
  const stop = async () => {
    await demo.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    const development = { baseUrl: demo.bitbucket.baseUrl, ...provider };
    const auth = { providers: { bitbucketServer: { development } } };
    const config = { backend: { baseUrl: '${BACKSTAGE_URL}' }, auth };
    writeFileSync(join(folder, 'app-config.yaml'), JSON.stringify(config));
    const someone = String(payloads[0]!.name);
    const { exitCode, stdout, stderr } = await runInMemory(['audit', '--json'], {
      cwd: folder,
      env: {
        BACKSTAGE_URL: demo.backendUrl,
        BITBUCKET_TOKEN: demo.bitbucket.issueTokens(someone).accessToken,
        BACKSTAGE_TOKEN: catalogToken,
      },
    });
    if (exitCode !== 0 || stderr !== '') throw new Error(`The audit failed: ${stderr}`);
    const report = JSON.parse(stdout) as AuditReport;
    const files = ['--users', usersFile, '--entities', catalogFile];
    const offline = await runInMemory(['audit', '--json', ...files], { cwd: folder });
    const offlineReport = JSON.parse(offline.stdout) as AuditReport;
    return { demo, report, offlineReport, output: stdout + stderr, catalogToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
