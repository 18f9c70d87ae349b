import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { parse } from 'yaml';
import type { JudgedReport } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';
import { useFolder } from '../support/useFolder';
import { startRealWorld } from './startRealWorld';
import type { RealWorld } from './startRealWorld';
import { bitbucketUser } from './worlds';

const root = join(__dirname, '../..');
const docs = readFileSync(join(root, 'docs/audit-in-ci.md'), 'utf8');

/** The code block below a heading. */
function sampleBelow(heading: string, language: string): string {
  const section = docs.split(`\n## ${heading}\n`)[1]!.split('\n##')[0]!;
  const [, sample] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(section)!;
  return sample!;
}

interface BambooSpecs {
  readonly plan: { readonly 'project-key': string; readonly key: string; readonly name: string };
  readonly stages: readonly Record<string, readonly string[]>[];
  readonly Audit: {
    readonly tasks: readonly [string, { readonly script: readonly string[] }];
    readonly 'final-tasks': readonly [{ 'test-parser': { type: string; 'test-results': string } }];
    readonly artifacts: readonly [{ name: string; location: string; pattern: string }];
  };
}

interface Workflow {
  readonly jobs: {
    readonly 'sign-in': {
      readonly steps: readonly {
        readonly uses?: string;
        readonly run?: string;
        readonly env?: Record<string, string>;
        readonly with?: Record<string, string>;
      }[];
    };
  };
}

describe('the jobs of docs/audit-in-ci.md', () => {
  const folder = useFolder();
  const { read, write } = folder;
  let world: RealWorld;

  beforeAll(async () => {
    world = await startRealWorld({
      resolvers: [{ resolver: 'usernameMatchingUserEntityName' }],
      payloads: [bitbucketUser('ada'), bitbucketUser('bob')],
      entities: [userEntity('ada'), userEntity('bob')],
    });
  });

  afterAll(async () => {
    await world?.stop();
  });

  /** A repository as the samples expect it, with the command among its dependencies. */
  beforeEach(() => {
    write('app-config.yaml', { auth: { environment: 'production' } });
    configure('usernameMatchingUserEntityName');
    const people = ['ada', 'bob'].map(name => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name },
      spec: { memberOf: [] },
    }));
    write('catalog/org/people.yaml', people.map(each => JSON.stringify(each)).join('\n---\n'));
    write('audit/accepted.yaml', { accepted: [] });
    const program = 'node_modules/.bin/backstage-bitbucket-server';
    const loader = require.resolve('tsx', { paths: [root] });
    const main = join(root, 'cli/src/main.ts');
    write(program, `#!/bin/sh\nexec node --import '${loader}' '${main}' "$@"\n`);
    chmodSync(join(folder.path, program), 0o755);
  });

  function configure(resolver: string) {
    const production = {
      baseUrl: world.demo.bitbucket.baseUrl,
      clientSecret: '${AUTH_BITBUCKET_CLIENT_SECRET}',
      signIn: { resolvers: [{ resolver }] },
    };
    write('app-config.production.yaml', {
      backend: { baseUrl: world.demo.backendUrl },
      auth: { providers: { bitbucketServer: { production } } },
    });
  }

  const secrets = () => ({
    BITBUCKET_TOKEN: world.demo.bitbucket.issueTokens('ada').accessToken,
    BACKSTAGE_TOKEN: world.catalogToken,
  });

  /** Runs a step as the CI server does. */
  async function run(shell: 'sh' | 'bash', script: string, env: Record<string, string>) {
    const child = spawn(shell, ['-e', '-c', script], {
      cwd: folder.path,
      env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => void (output += String(chunk)));
    }
    const exitCode = await new Promise(resolve => child.once('close', resolve));
    return { exitCode, output };
  }

  function expectJunit(name: string, failures: number) {
    const suites = [...read(name).matchAll(/<testsuite name="(\w+)".*? failures="(\d+)"/g)];
    expect(suites.map(([, suite]) => suite)).toContain('limits');
    expect(suites.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(failures);
  }

  it('Jenkins publishes what the step writes, whether it fails or not', async () => {
    const pipeline = sampleBelow('Jenkins', 'groovy');
    const [, step] = /sh '''\n(.*?)'''/s.exec(pipeline)!;
    // In ''' of Groovy, a backslash is written twice.
    const script = step!.replaceAll('\\\\', '\\');
    expect(await run('sh', script, secrets())).toMatchObject({ exitCode: 0 });
    const [, results] = /junit '(.+)'/.exec(pipeline)!;
    expectJunit(results!, 0);
    const [, artifacts] = /archiveArtifacts artifacts: '(.+)\/\*'/.exec(pipeline)!;
    expect(readdirSync(join(folder.path, artifacts!))).toEqual(
      expect.arrayContaining(['junit.xml', 'report.html', 'report.json']),
    );
    expect((JSON.parse(read('audit/report.json')) as JudgedReport).summary.coverage).toBe(100);
    const variables = [...pipeline.matchAll(/variable: '(\w+)'/g)].map(([, name]) => name);
    expect(variables).toEqual(Object.keys(secrets()));

    configure('userIdMatchingUserEntityAnnotation');
    expect(await run('sh', script, secrets())).toMatchObject({ exitCode: 1 });
    expectJunit(results!, 1);
  });

  it('the Jenkinsfile closes what it opens, and uses known sections only', () => {
    const code = sampleBelow('Jenkins', 'groovy')
      .replace(/'''.*?'''|'[^'\n]*'/gs, "''")
      .replace(/ \/\/.*/g, '');
    const open: string[] = [];
    const pairs: Record<string, string> = { '}': '{', ']': '[', ')': '(' };
    for (const char of code) {
      if ('{[('.includes(char)) open.push(char);
      else if (char in pairs) expect(open.pop()).toBe(pairs[char]);
    }
    expect(open).toEqual([]);
    const sections = [...code.matchAll(/^\s*(\w+)(?:\(''\))? \{/gm)].map(([, name]) => name);
    expect(sections).toEqual([
      ...['pipeline', 'agent', 'environment', 'stages', 'stage', 'steps', 'post', 'always'],
    ]);
  });

  it('Bamboo publishes what the step writes', async () => {
    const specs = parse(sampleBelow('Bamboo', 'yaml')) as BambooSpecs;
    const jobs = specs.stages.flatMap(stage => Object.values(stage).flat());
    expect(jobs).toEqual(['Audit']);
    for (const key of [specs.plan.key, specs.plan['project-key']]) expect(key).toMatch(/^[A-Z]+$/);
    const { tasks, artifacts, 'final-tasks': last } = specs.Audit;
    const { BITBUCKET_TOKEN, BACKSTAGE_TOKEN } = secrets();
    const { exitCode } = await run('bash', tasks[1].script.join('\n'), {
      bamboo_bitbucket_audit_password: BITBUCKET_TOKEN,
      bamboo_backstage_audit_password: BACKSTAGE_TOKEN,
    });
    expect(exitCode).toBe(0);
    expect(last[0]['test-parser'].type).toBe('junit');
    expectJunit(last[0]['test-parser']['test-results'], 0);
    const [{ location, pattern }] = artifacts;
    expect(pattern).toMatch(/^\*\.\w+$/);
    const kept = readdirSync(join(folder.path, location)).filter(name =>
      name.endsWith(pattern.slice(1)),
    );
    expect(kept).toEqual(['report.html']);
  });

  it('GitHub Actions uploads what the step writes', async () => {
    const { steps } = (parse(sampleBelow('GitHub Actions', 'yaml')) as Workflow).jobs['sign-in'];
    const step = steps.find(each => each.run !== undefined)!;
    expect(Object.keys(step.env!)).toEqual(['BITBUCKET_TOKEN']);
    const { BITBUCKET_TOKEN } = secrets();
    expect(await run('bash', step.run!, { BITBUCKET_TOKEN })).toMatchObject({ exitCode: 0 });
    const upload = steps.find(({ uses }) => uses?.startsWith('github/codeql-action/upload-sarif'))!;
    expect((JSON.parse(read(upload.with!.sarif_file!)) as Log).version).toBe('2.1.0');
    expect(existsSync(join(folder.path, 'audit/report.html'))).toBe(true);
  });

  it('a job without servers has all that it needs from the list of the nightly one', async () => {
    const script = sampleBelow('Files instead of servers', 'sh');
    const origin = 'https://bitbucket.example.com';
    expect(script.split(origin)).toHaveLength(2);
    // Pages of one, so that there are several.
    const nightly = script.replace(origin, world.demo.bitbucket.baseUrl).replace('=500&', '=1&');
    const { exitCode, output } = await run('bash', nightly, {
      BITBUCKET_TOKEN: secrets().BITBUCKET_TOKEN,
    });
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.anything() as string });
    expect(readdirSync(join(folder.path, 'audit/users')).sort()).toEqual(['0.json', '1.json']);
    expectJunit('audit/junit.xml', 0);
    expect((JSON.parse(read('audit/findings.sarif')) as Log).runs[0]!.results).toEqual([]);
    expect(read('audit/report.html')).toContain('100 %');
  });
});
