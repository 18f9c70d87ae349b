import { refusalLogLevel, signInErrorCodes } from '../src/errors';
import type { SignInErrorCode, SignInErrorFault } from '../src/errors';
import { refusalSeverity } from '../src/observability/auditEvents';

const codes = Object.keys(signInErrorCodes) as SignInErrorCode[];

const actors: Record<SignInErrorFault, string> = {
  person: 'The person signing in',
  admin: 'Backstage administrators',
  bitbucket: 'Bitbucket Server administrators',
  network: 'Whoever runs the network and Bitbucket Server',
  catalog: 'Whoever runs the catalog and the auth backend',
};

/**
 * Writes into the text of docs/errors.md what the code knows: the list of codes by who has to act,
 * and for each code the text that the person sees, the name of the error, and where it is recorded.
 *
 * @throws `Error` when something has no place in the text
 */
export function fillErrorSections(markdown: string): string {
  const text = replace(
    markdown,
    /(<!-- codes -->\n\n)[^]*?(\n\n<!-- end of codes -->)/,
    codeList(),
    'the list of codes',
  );
  return codes.reduce(
    (filled, code) =>
      replace(
        filled,
        new RegExp(`(### ${code}\n\n)[^]*?(\n\n- \\*\\*Meaning:)`),
        facts(code),
        code,
      ),
    text,
  );
}

function codeList(): string {
  return Object.entries(actors)
    .map(([fault, actor]) => {
      const theirs = codes.filter(code => signInErrorCodes[code].fault === fault);
      return `- **${actor}:** ${theirs.map(code => `[\`${code}\`](#${code.toLowerCase()})`).join(', ')}`;
    })
    .join('\n');
}

function facts(code: SignInErrorCode): string {
  const { name, publicText } = signInErrorCodes[code];
  return `> ${publicText}\n\n\`${name}\`, log level \`${refusalLogLevel(code)}\`, audit severity \`${refusalSeverity(code)}\`.`;
}

function replace(text: string, place: RegExp, filling: string, what: string): string {
  if (!place.test(text)) throw new Error(`docs/errors.md has no place for ${what}`);
  return text.replace(place, (_, start, end) => `${start}${filling}${end}`);
}
