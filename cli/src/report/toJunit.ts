import { isProblem } from './JudgedReport';
import type { JudgedReport } from './JudgedReport';
import { escapeMarkup } from './printable';
import { describePerson, outcomeLabels } from './words';

interface TestCase {
  readonly suite: string;
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
  const suites = [
    limitsOf(report),
    report.people.map((person): TestCase => {
      const { label } = outcomeLabels[person.outcome];
      return {
        suite: 'people',
        name: person.username,
        ...(isProblem(person) && { skipped: `${label}: ${describePerson(person)}` }),
      };
    }),
    report.findings.map(({ rule, text, concerns, accepted }): TestCase => ({
      suite: `findings.${rule}`,
      name: text,
      skipped: accepted
        ? `accepted on ${accepted.date}: ${accepted.reason}`
        : concerns.slice(0, 50).join(', '),
    })),
  ];
  const names = ['limits', 'people', 'findings'];
  const body = suites.map((cases, index) => toSuite(names[index]!, cases, report.generatedAt));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="backstage-bitbucket-server audit">\n${body.join('')}</testsuites>\n`;
}

function limitsOf({ limits = [], missing }: JudgedReport): TestCase[] {
  return [
    ...missing.map(text => ({ suite: 'limits', name: 'the report is complete', failure: text })),
    ...limits.map(({ name, failure }) => ({ suite: 'limits', name, failure })),
  ];
}

function toSuite(name: string, cases: readonly TestCase[], timestamp: string): string {
  const count = (key: 'failure' | 'skipped') =>
    cases.filter(each => each[key] !== undefined).length;
  const lines = cases.map(toCase).join('');
  return `  <testsuite name="${name}" tests="${cases.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}" time="0" timestamp="${timestamp.slice(0, 19)}">\n${lines}  </testsuite>\n`;
}

function toCase({ suite, name, failure, skipped }: TestCase): string {
  const head = `    <testcase classname="${escapeMarkup(suite)}" name="${escapeMarkup(name)}" time="0"`;
  if (failure !== undefined) {
    return `${head}><failure message="${escapeMarkup(failure)}"/></testcase>\n`;
  }
  if (skipped !== undefined) {
    return `${head}><skipped message="${escapeMarkup(skipped)}"/></testcase>\n`;
  }
  return `${head}/>\n`;
}
