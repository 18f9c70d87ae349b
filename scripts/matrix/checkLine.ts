import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBitbucketSimulator } from '../../demo/bitbucket';
import { refreshOverHttp, signInOverHttp } from '../../test/support/signInOverHttp';
import type { SignInOutcome } from '../../test/support/signInOverHttp';
import type { PackedPackage } from '../packPackages';
import { typeErrorsOfConsumer } from '../typeErrorsOfConsumer';
import { authBackendVersion, prepareProject } from './prepareProject';
import type { Line } from './prepareProject';
import { startBackend } from './startBackend';
import type { Way } from './startBackend';
import { startTlsProxy } from './startTlsProxy';

/** Legacy providers left the auth backend after 0.24.5. */
export const waysOf: Readonly<Record<Line, readonly Way[]>> = {
  oldest: ['module', 'factory', 'upstream', 'legacy'],
  newest: ['module', 'factory', 'upstream'],
};

const ada = {
  id: 101,
  name: 'ada',
  slug: 'ada',
  displayName: 'Ada Lovelace',
  emailAddress: 'ada@corp.example',
  active: true,
  type: 'NORMAL',
};
const nobody = { ...ada, id: 102, name: 'nobody', slug: 'nobody', emailAddress: 'no@corp.example' };

const entityOfAda = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name: 'ada.lovelace' },
  spec: { profile: { email: 'ada@corp.example' }, memberOf: [] },
};

const resolvers = [
  { resolver: 'emailMatchingUserEntityProfileEmail' },
  { resolver: 'usernameMatchingUserEntityName' },
];

/** Result of one way into one line of Backstage, or of compiling against it. */
export interface LineResult {
  readonly line: Line;
  readonly authBackend: string;
  readonly check: Way | 'types' | 'audit';
  readonly seconds: number;
  readonly problems: readonly string[];
}

/** Installs the packages beside a line of Backstage, signs in every way that the line knows, and audits. */
export async function* checkLine(
  line: Line,
  packages: readonly PackedPackage[],
): AsyncGenerator<LineResult> {
  const folder = mkdtempSync(join(tmpdir(), `backstage-${line}-`));
  try {
    await prepareProject(folder, line, packages);
    const catalogFile = join(folder, 'catalog.yaml');
    writeFileSync(catalogFile, JSON.stringify(entityOfAda));
    const authBackend = authBackendVersion(folder);
    const checks: readonly (readonly [LineResult['check'], () => Promise<string[]>])[] = [
      ['types', async () => typeErrorsOfConsumer(folder)],
      ['audit', async () => checkAudit(folder, catalogFile)],
      ...waysOf[line].map(way => [way, () => checkWay(folder, way, catalogFile)] as const),
    ];
    for (const [check, run] of checks) {
      const started = performance.now();
      const problems = await run().catch(error => [String(error)]);
      const seconds = (performance.now() - started) / 1000;
      yield { line, authBackend, check, seconds, problems };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function checkWay(folder: string, way: Way, catalogFile: string): Promise<string[]> {
  const bitbucket = await startBitbucketSimulator({ people: [{ user: ada }, { user: nobody }] });
  const tls = await startTlsProxy(bitbucket.baseUrl);
  try {
    const backend = await startBackend({
      folder,
      way,
      catalogFile,
      entityPath: 'user/default/ada.lovelace',
      provider: {
        clientId: 'backstage',
        clientSecret: 'backstage-secret',
        // Only the module reads this list; the others have their resolver in code.
        ...(way === 'module' && {
          signIn: { resolvers },
        }),
        // Upstream's authenticator, which the legacy provider uses too, speaks https and nothing else.
        host: tls.host,
      },
    });
    try {
      const first = await signInOverHttp(backend.baseUrl, 'ada');
      const again = await refreshOverHttp(first.session);
      const refused = await signInOverHttp(backend.baseUrl, 'nobody');
      return [
        ...expectAda('the sign-in', first),
        ...expectAda('the refresh', again),
        ...(refused.error?.name === 'NotFoundError'
          ? []
          : [`a person without an entity gets ${describe(refused)}`]),
      ];
    } finally {
      await backend.stop();
    }
  } finally {
    await tls.close();
    await bitbucket.close();
  }
}

/** The verdicts of the command line, which must be those that the sign-ins have. */
function checkAudit(folder: string, catalogFile: string): string[] {
  const provider = { host: 'git.corp.example', signIn: { resolvers } };
  const config = { auth: { providers: { bitbucketServer: { development: provider } } } };
  writeFileSync(join(folder, 'app-config.yaml'), JSON.stringify(config));
  writeFileSync(join(folder, 'users.json'), JSON.stringify([ada, nobody]));
  const program = join(folder, 'node_modules/backstage-bitbucket-server/dist/main.js');
  const args = ['audit', '--users', 'users.json', '--entities', catalogFile, '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  if (stderr !== '') return [stderr];
  const { people } = JSON.parse(stdout) as {
    people: { username: string; entityRef?: string; code?: string }[];
  };
  const verdicts = Object.fromEntries(
    people.map(each => [each.username, each.entityRef ?? each.code]),
  );
  return verdicts.ada === 'user:default/ada.lovelace' && verdicts.nobody === 'NO_MATCHING_USER'
    ? []
    : [`the audit says ${JSON.stringify(verdicts)}`];
}

function expectAda(step: string, outcome: SignInOutcome): string[] {
  const { userEntityRef } = outcome.response?.backstageIdentity?.identity ?? {};
  return userEntityRef === 'user:default/ada.lovelace'
    ? []
    : [`${step} answers ${describe(outcome)}`];
}

/** Without tokens, for the log. */
function describe({ response, error }: SignInOutcome): string {
  return JSON.stringify(error ?? response?.backstageIdentity?.identity ?? null);
}
