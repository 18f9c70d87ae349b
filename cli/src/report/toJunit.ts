import { isProblem } from './JudgedReport';
import type { JudgedReport } from './JudgedReport';
import { markup } from './printable';
import type { Markup } from './printable';
import { describePerson, firstOf, outcomeLabels } from './words';

interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly failure?: string;
  readonly skipped?: string;
}

/**
 * A report as JUnit XML, which Jenkins and Bamboo show as tests. There is one test for each limit
 * (`--fail-under`, `--fail-on`, `--baseline`), which fails when the command does. People and findings
 * never fail: people who would not sign in are skipped tests with the reason.
 *
 * @public
 */
export function toJunit(report: JudgedReport): string {
  const { missing, limits = [], people, findings, generatedAt } = report;
  const incomplete = missing.map(failure => ({ name: 'the report is complete', failure }));
  const suites: Record<string, TestCase[]> = {
    limits: [...incomplete, ...limits].map(limit => ({ classname: 'limits', ...limit })),
    people: people.map(person => {
      const skipped = `${outcomeLabels[person.outcome].label}: ${describePerson(person)}`;
      const name = person.username;
      return { classname: 'people', name, ...(isProblem(person) && { skipped }) };
    }),
    findings: findings.map(({ rule, text, concerns, accepted }) => ({
      classname: `findings.${rule}`,
      name: text,
      skipped: accepted
        ? `accepted on ${accepted.date}: ${accepted.reason}`
        : firstOf(concerns, 50).join(', '),
    })),
  };
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="backstage-bitbucket-server audit">
${Object.entries(suites).map(([name, cases]) => toSuite(name, cases, generatedAt))}</testsuites>
`.text;
}

function toSuite(name: string, cases: readonly TestCase[], timestamp: string): Markup {
  const count = (key: 'failure' | 'skipped') =>
    cases.filter(each => each[key] !== undefined).length;
  return markup`  <testsuite name="${name}" tests="${cases.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}" time="0" timestamp="${timestamp.slice(0, 19)}">
${cases.map(toCase)}  </testsuite>
`;
}

function toCase({ classname, name, failure, skipped }: TestCase): Markup {
  const result = [
    ...(failure === undefined ? [] : [markup`<failure message="${failure}"/>`]),
    ...(skipped === undefined ? [] : [markup`<skipped message="${skipped}"/>`]),
  ];
  return markup`    <testcase classname="${classname}" name="${name}" time="0">${result}</testcase>
`;
}
