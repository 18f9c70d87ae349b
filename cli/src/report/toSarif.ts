import { createHash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, FindingSource } from '../findings';
import type { JudgedReport } from './JudgedReport';
import { describeFinding, describeRule } from './words';
import { toPrintableJson } from './printable';

/** @public */
export interface SarifOptions {
  /** Root of the repository: paths of files are relative to it. */
  readonly root: string;
  /** Version of this program. */
  readonly version: string;
  /** File and line of entities, by entity ref. Default: not known. */
  readonly places?: ReadonlyMap<string, FindingSource>;
  /**
   * Where the sign-in is configured: the location of findings about entities that are not in a file.
   * Default: they have no location, and GitHub's code scanning refuses them.
   */
  readonly config?: FindingSource;
}

const levels = { danger: 'error', warning: 'warning', info: 'note' } as const;

/** Nobody reads more locations, and GitHub refuses more than 1,000. */
const maxPlaces = 100;
const maxConcerns = 50;

/**
 * The findings of a report as SARIF 2.1.0, for the code scanning of GitHub, Azure DevOps and editors.
 * The location of a finding is the file and line of its entities if they were read from files, and
 * otherwise that of the sign-in configuration. Its entities and accounts are logical locations.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @public
 */
export function toSarif(report: JudgedReport, options: SarifOptions): string {
  return `${toPrintableJson(createSarifLog(report, options))}\n`;
}

/** @internal */
export function createSarifLog(report: JudgedReport, options: SarifOptions) {
  const { findings, missing, generatedAt } = report;
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  const driver = {
    name: 'backstage-bitbucket-server',
    semanticVersion: options.version,
    rules: rules.map(id => ({
      id,
      shortDescription: { text: describeRule(id) },
      fullDescription: { text: describeRule(id) },
      help: { text: 'docs/audit.md explains every rule and what to do about it.' },
    })),
  };
  const invocation = {
    executionSuccessful: missing.length === 0,
    endTimeUtc: generatedAt,
    toolExecutionNotifications: missing.map(text => ({
      level: 'error' as const,
      message: { text: `Incomplete: ${text}` },
    })),
  };
  const results = findings.map(finding => ({
    ...toResult(finding, options),
    ruleIndex: rules.indexOf(finding.rule),
  }));
  return {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0' as const,
    runs: [{ tool: { driver }, invocations: [invocation], results }],
  };
}

function toResult(finding: Finding, { root, config, places }: SarifOptions) {
  const { rule, severity, concerns, source, accepted } = finding;
  const written = concerns.flatMap(each => places?.get(each) ?? []);
  const [place = config, ...others] = source ? [source, ...written] : written;
  const logicalLocations = concerns
    .slice(0, maxConcerns)
    .map(fullyQualifiedName => ({ fullyQualifiedName }));
  return {
    ruleId: rule,
    level: levels[severity],
    message: { text: describeFinding(finding, maxConcerns) },
    locations: [{ ...(place && toLocation(place, root)), logicalLocations }],
    relatedLocations: others.slice(0, maxPlaces).map(each => toLocation(each, root)),
    partialFingerprints: { 'finding/v1': fingerprint(finding) },
    ...(accepted && {
      suppressions: [
        {
          kind: 'external' as const,
          status: 'accepted' as const,
          justification: `${accepted.reason} (${accepted.date})`,
        },
      ],
    }),
  };
}

/** Identifies a finding in later runs, even if its lines have moved. */
function fingerprint({ rule, concerns, text }: Finding): string {
  const identity = [rule, ...(concerns.length > 0 ? [...concerns].sort() : [text])];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

function toLocation({ file, line }: FindingSource, root: string) {
  const path = relative(root, file);
  const isInside = path !== '' && !path.startsWith('..') && !isAbsolute(path);
  const artifactLocation = isInside
    ? { uri: path.split(sep).map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' }
    : { uri: pathToFileURL(file).href };
  // GitHub refuses locations without a line.
  return { physicalLocation: { artifactLocation, region: { startLine: line ?? 1 } } };
}
