import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import type { Browser } from 'playwright-core';
import type { Log } from 'sarif';
import { auditOutcomes, changeKinds, reportVersion, toJson } from 'backstage-bitbucket-server';
import type { AuditReport, JudgedReport } from 'backstage-bitbucket-server';
import { createSarifLog, toJunit } from '../../cli/src/report';
import { launchBrowser } from '../support/browser';
import { userEntity } from '../support/createEntityLookup';
import { runInMemory } from './runInMemory';
import { storedEntities, useCliFolder } from './cliFolder';
import { audit, bitbucketUser, host, twinOf } from './worlds';

type Schema = { readonly [key: string]: unknown };

const schema = JSON.parse(
  readFileSync(join(__dirname, '../../docs/audit-report.schema.json'), 'utf8'),
) as Schema & { definitions: Record<string, Schema> };

/** The same schema, that also refuses what it does not describe. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  const isOpen = 'properties' in copy && copy.type === 'object';
  return isOpen ? { additionalProperties: false, ...copy } : copy;
}

function errorsOf(report: unknown): unknown[] {
  const formats = { 'date-time': /^\d{4}-\d\d-\d\dT.*Z$/, date: /^\d{4}-\d\d-\d\d$/ };
  const validate = new Ajv({ strict: true, formats }).compile(closed(schema) as Schema);
  validate(report);
  return validate.errors ?? [];
}

const bySlug = [
  { resolver: 'usernameMatchingUserEntityName' },
  { resolver: 'userSlugMatchingUserEntityName' },
];

const world = join(__dirname, '../../demo/world');

describe('the formats of a report', () => {
  const folder = useCliFolder();
  const { configure, read, write } = folder;

  describe('JSON', () => {
    it('is as its schema says, for the people of the demo', async () => {
      const files = ['--config', join(world, 'app-config.yaml'), '--users', join(world, 'users')];
      const entities = ['--entities', join(world, 'catalog.yaml')];
      const { stdout } = await runInMemory(['audit', ...files, ...entities, '--json'], {
        env: { BITBUCKET_URL: 'http://127.0.0.1:7990' },
      });
      const report = JSON.parse(stdout) as AuditReport & { version: number };
      expect(report.version).toBe(reportVersion);
      expect(report.findings.length).toBeGreaterThan(0);
      expect(new Set(report.people.map(({ outcome }) => outcome)).size).toBeGreaterThan(4);
      expect(errorsOf(report)).toEqual([]);
    });

    it('is as its schema says, with a baseline, a comparison, limits and only problems', async () => {
      configure('app-config.yaml', ...bySlug);
      configure('old.yaml', { resolver: 'emailMatchingUserEntityProfileEmail' });
      write('users.json', [
        bitbucketUser('ada', { emailAddress: 'bob@corp.example' }),
        { ...twinOf('ada'), lastAuthenticationTimestamp: 1 },
        bitbucketUser('lost'),
      ]);
      write(
        'entities.json',
        storedEntities(userEntity('ada'), userEntity('bob', { email: 'bob@corp.example' })),
      );
      const concerns = ['user:default/ada', 'bitbucket:ada', 'bitbucket:ada-admin'];
      const entry = { rule: 'sharedEntity', concerns, reason: 'one person', date: '2026-01-31' };
      write('accepted.yaml', { accepted: [entry] });
      const { stdout, exitCode } = await runInMemory(
        [
          ...['audit', '--json', '--users', 'users.json', '--entities', 'entities.json'],
          ...['--compare', 'old.yaml', '--baseline', 'accepted.yaml', '--problems'],
          ...['--fail-under', '99%', '--fail-on', 'danger', 'changed'],
        ],
        { cwd: folder.path },
      );
      expect(exitCode).toBe(1);
      const report = JSON.parse(stdout) as JudgedReport;
      expect(report.listed).toBe('problems');
      expect(report.comparison?.changes).toHaveLength(2);
      expect(report.findings.some(({ accepted }) => accepted)).toBe(true);
      expect(report.limits).toHaveLength(4);
      expect(errorsOf(report)).toEqual([]);
      expect(errorsOf({ ...report, version: 2 })).toHaveLength(1);
      expect(errorsOf({ ...report, people: [{ username: 'x' }] })).not.toEqual([]);
    });

    it('has a schema with every outcome, rule and change that there is', () => {
      const source = readFileSync(join(__dirname, '../../docs/audit.md'), 'utf8');
      const { outcome, finding, comparison } = schema.definitions;
      expect(outcome!.enum).toEqual([...auditOutcomes]);
      expect(JSON.stringify(comparison)).toContain(JSON.stringify({ enum: changeKinds }));
      const rules = (finding!.properties as { rule: { enum: string[] } }).rule.enum;
      for (const rule of rules) expect(source).toContain(`\`${rule}\``);
      const findings = readFileSync(join(__dirname, '../../cli/src/findings.ts'), 'utf8');
      expect(rules).toEqual([...findings.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, rule]) => rule));
    });
  });

  describe('JUnit', () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchBrowser();
    });

    afterAll(async () => {
      await browser?.close();
    });

    /** As an XML parser reads it. */
    async function parse(xml: string) {
      const page = await browser.newPage();
      try {
        return (await page.evaluate(`(() => {
          const document = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'text/xml');
          if (document.querySelector('parsererror')) return document.documentElement.textContent;
          const read = node => Object.fromEntries([...node.attributes].map(a => [a.name, a.value]));
          return [...document.querySelectorAll('testsuite')].map(suite => ({
            ...read(suite),
            cases: [...suite.querySelectorAll('testcase')].map(each => ({
              ...read(each),
              failure: each.querySelector('failure')?.getAttribute('message'),
              skipped: each.querySelector('skipped')?.getAttribute('message'),
            })),
          }));
        })()`)) as { name: string; cases: Record<string, string>[] }[];
      } finally {
        await page.close();
      }
    }

    it('fails exactly where the command fails', async () => {
      configure('app-config.yaml', ...bySlug);
      write('users.json', [bitbucketUser('ada'), twinOf('ada'), bitbucketUser('lost')]);
      write('entities.json', storedEntities(userEntity('ada')));
      const args = ['audit', '--users', 'users.json', '--entities', 'entities.json'];
      const run = async (...limits: string[]) => {
        const io = { cwd: folder.path };
        const { exitCode } = await runInMemory([...args, '--junit', 'a.xml', ...limits], io);
        return { exitCode, suites: await parse(read('a.xml')) };
      };
      const fine = await run('--fail-under', '0%');
      expect(fine.exitCode).toBe(0);
      expect(fine.suites.map(({ cases, ...suite }) => [suite, cases.length])).toEqual([
        [expect.objectContaining({ name: 'limits', tests: '1', failures: '0', skipped: '0' }), 1],
        [expect.objectContaining({ name: 'people', tests: '3', failures: '0', skipped: '3' }), 3],
        [expect.objectContaining({ name: 'findings', tests: '1', failures: '0' }), 1],
      ]);
      expect(fine.suites[1]!.cases.find(({ name }) => name === 'lost')!.skipped).toMatch(
        /^no match: usernameMatchingUserEntityName: no match/,
      );
      expect(fine.suites[2]!.cases[0]).toMatchObject({ classname: 'findings.sharedEntity' });
      const broken = await run('--fail-under', '70%', '--fail-on', 'danger');
      expect(broken.exitCode).toBe(1);
      expect(broken.suites[0]!.cases.map(({ name, failure }) => [name, failure])).toEqual([
        ['--fail-under 70 %', '0 % would sign in, less than 70 % (--fail-under)'],
        ['--fail-on danger', '1 dangerous finding (--fail-on danger)'],
      ]);
      expect(broken.suites[1]).toMatchObject({ failures: '0' });
    });

    it('holds any name, and an interrupted report fails', async () => {
      const names = [`</testcase>"'&<!--`, 'a\u0000\u001b\ufffe\ud800b', ']]>'];
      const report = await audit({
        resolvers: bySlug,
        payloads: names.map(name => bitbucketUser('x', { name })),
        entities: [userEntity('y')],
      });
      const suites = await parse(toJunit({ ...report, missing: ['half'] }));
      expect(suites[1]!.cases.map(({ name }) => name).sort()).toEqual(
        [names[0], 'a\\u{0}\\u{1b}\\u{fffe}\\u{d800}b', ']]>'].sort(),
      );
      expect(suites[0]!.cases[0]).toMatchObject({ failure: 'half' });
    });
  });

  describe('SARIF', () => {
    const validateLog = new Ajv2020({
      strict: false,
      formats: {
        'date-time': /^\d{4}-\d\d-\d\dT.*Z$/,
        uri: value => URL.canParse(value),
        'uri-reference': value => URL.canParse(value, 'http://x/'),
        uuid: /^[\da-f-]{36}$/,
      },
    }).compile(
      JSON.parse(
        readFileSync(join(__dirname, '../../fixtures/sarif/sarif-2.1.0.schema.json'), 'utf8'),
      ) as Schema,
    );

    /** What the standard forbids, and what code scanning of GitHub asks for beyond it. */
    function problemsOf(log: Log) {
      const results = log.runs.flatMap(({ results: all = [] }) => all);
      const places = results.map(({ locations: [first] = [] }) => first?.physicalLocation);
      return {
        standard: validateLog(log) ? [] : validateLog.errors,
        withoutPlace: places.filter(
          place => !(place?.artifactLocation?.uri && place.region?.startLine),
        ),
        tooMany: results.filter(({ relatedLocations = [] }) => relatedLocations.length > 1_000),
        withoutDescription: log.runs[0]!.tool.driver.rules!.filter(rule => !rule.fullDescription),
      };
    }

    const none = { standard: [], withoutPlace: [], tooMany: [], withoutDescription: [] };

    it('is as the standard and GitHub demand, with entities from files', async () => {
      const files = ['--config', join(world, 'app-config.yaml'), '--users', join(world, 'users')];
      const { stdout } = await runInMemory(
        ['audit', ...files, '--entities', join(world, 'catalog.yaml'), '--sarif', '-'],
        { env: { BITBUCKET_URL: 'http://127.0.0.1:7990' }, cwd: join(__dirname, '../..') },
      );
      const log = JSON.parse(stdout) as Log;
      expect(log.runs[0]!.results!.length).toBeGreaterThan(4);
      expect(problemsOf(log)).toEqual(none);
      const unconfirmed = log.runs[0]!.results!.find(({ ruleId }) => ruleId === 'unconfirmedMatch');
      expect(unconfirmed!.locations![0]!.physicalLocation).toMatchObject({
        artifactLocation: { uri: 'demo/world/app-config.yaml' },
        region: { startLine: 29 },
      });
      expect(problemsOf({ ...log, runs: [{ ...log.runs[0]!, results: [{}] as never }] })).toEqual({
        ...none,
        standard: [expect.objectContaining({ keyword: 'required' })],
        withoutPlace: [undefined],
      });
    });

    it('is so, too, with entities that are written in no file', async () => {
      write('base.yaml', { auth: { environment: 'production' } });
      write(
        'sign-in.yaml',
        `auth:\n  providers:\n    bitbucketServer:\n      production:\n        host: ${host}\n        signIn: { resolvers: ${JSON.stringify(bySlug)} }\n`,
      );
      write('users.json', [bitbucketUser('ada'), twinOf('ada'), bitbucketUser('lost')]);
      write('entities.json', storedEntities(userEntity('ada')));
      const files = ['--users', 'users.json', '--entities', 'entities.json'];
      const config = ['--config', 'base.yaml', '--config', 'sign-in.yaml'];
      const report = ['--sarif', '-', '--json', 'a.json'];
      const { stdout } = await runInMemory(['audit', ...config, ...files, ...report], {
        cwd: folder.path,
      });
      expect(problemsOf(JSON.parse(stdout) as Log)).toEqual(none);
      // As of a live catalog, which has no files.
      const { findings, ...rest } = JSON.parse(read('a.json')) as JudgedReport;
      const live = { ...rest, findings: findings.map(({ source: _, ...finding }) => finding) };
      const source = { file: join(folder.path, 'sign-in.yaml'), line: 3 };
      const log: Log = createSarifLog(live, {
        root: folder.path,
        version: '1.2.3',
        config: source,
      });
      expect(problemsOf(log)).toEqual(none);
      expect(log.runs[0]!.results![0]!.locations).toEqual([
        {
          physicalLocation: {
            artifactLocation: { uri: 'sign-in.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 3 },
          },
          logicalLocations: ['user:default/ada', 'bitbucket:ada', 'bitbucket:ada-admin'].map(
            fullyQualifiedName => ({ fullyQualifiedName }),
          ),
        },
      ]);
      const bare: Log = createSarifLog(live, { root: folder.path, version: '1.2.3' });
      expect(problemsOf(bare).standard).toEqual([]);
    });

    it('has the file and line of what a finding is about', async () => {
      const report = await audit({
        resolvers: bySlug,
        payloads: [bitbucketUser('ada'), twinOf('ada')],
        entities: [userEntity('ada')],
      });
      const [shared] = report.findings;
      const accepted = { reason: 'one person', date: '2026-01-31' };
      const places = new Map([
        ['user:default/ada', { file: join(folder.path, 'org', 'a b.yaml'), line: 7 }],
      ]);
      const options = { root: folder.path, version: '1.2.3', places };
      // The type is that of the standard: what does not fit does not compile.
      const log: Log = createSarifLog({ ...report, findings: [shared!] }, options);
      const [result] = log.runs[0]!.results!;
      expect(result).toMatchObject({
        ruleId: 'sharedEntity',
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'org/a%20b.yaml', uriBaseId: '%SRCROOT%' },
              region: { startLine: 7 },
            },
          },
        ],
      });
      expect(result!.message.text).toContain(
        'user:default/ada, bitbucket:ada, bitbucket:ada-admin',
      );
      expect(log.runs[0]!.tool.driver.rules![result!.ruleIndex!]!.id).toBe('sharedEntity');

      const source = { file: join(folder.path, 'b.yaml'), line: 3 };
      const sourced = { ...shared!, accepted, source };
      const other: Log = createSarifLog({ ...report, findings: [sourced] }, options);
      const [again] = other.runs[0]!.results!;
      expect(again!.locations![0]!.physicalLocation).toMatchObject({
        artifactLocation: { uri: 'b.yaml' },
        region: { startLine: 3 },
      });
      expect(again!.relatedLocations).toHaveLength(1);
      expect(again!.suppressions).toMatchObject([{ kind: 'external', status: 'accepted' }]);
      // Known again in the next run, wherever its lines are then.
      expect(again!.partialFingerprints).toEqual(result!.partialFingerprints);
    });

    it('names a file outside of the repository by its whole path', async () => {
      mkdirSync(join(folder.path, 'repo'));
      const report = await audit({
        resolvers: bySlug,
        payloads: [bitbucketUser('ada'), twinOf('ada')],
        entities: [userEntity('ada')],
      });
      const log = createSarifLog(report, {
        root: join(folder.path, 'repo'),
        version: '1',
        places: new Map([['user:default/ada', { file: join(folder.path, 'b.yaml') }]]),
      });
      expect(log.runs[0]!.results[0]!.locations[0]).toEqual({
        physicalLocation: {
          artifactLocation: { uri: `file://${join(folder.path, 'b.yaml')}` },
          region: { startLine: 1 },
        },
        logicalLocations: expect.any(Array) as unknown,
      });
    });

    it('is written by the command', async () => {
      configure('app-config.yaml', ...bySlug);
      write('users.json', [bitbucketUser('ada'), twinOf('ada')]);
      write('entities.json', storedEntities(userEntity('ada')));
      const files = ['--users', 'users.json', '--entities', 'entities.json'];
      const { stdout } = await runInMemory(['audit', ...files, '--sarif', '-'], {
        cwd: folder.path,
      });
      const log = JSON.parse(stdout) as Log;
      expect(log.version).toBe('2.1.0');
      expect(log.runs[0]!.invocations![0]!.executionSuccessful).toBe(true);
      expect(log.runs[0]!.results!.map(({ ruleId }) => ruleId)).toEqual(['sharedEntity']);
    });
  });

  it('JSON of the function is that of the command', async () => {
    const report = await audit({
      resolvers: bySlug,
      payloads: [bitbucketUser('ada')],
      entities: [userEntity('ada')],
    });
    expect(errorsOf({ ...(JSON.parse(toJson(report)) as object), limits: [] })).toEqual([]);
  });
});
