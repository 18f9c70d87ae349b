import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 5321 §4.5.3.1.3: a path of 256 octets less its two angle brackets. */
const maxLength = 254;

// One "@", a local part and a domain. White space, controls, invisible and bidirectional characters
// (\p{C}, \p{Z}) and the characters that are only legal between quotes are refused on both sides: no
// mailbox of a company has them, and each of them means something in a list, log or header.
const shape = /^[^\p{C}\p{Z}"(),:;<>@[\\\]]+@[^\p{C}\p{Z}"(),:;<>@[\\\]/%=+_]+$/u;

/**
 * Whether a value has the shape of an email address that may be matched against.
 *
 * Bitbucket does not check the shape of `emailAddress`: recorded payloads hold the word "email".
 * Quoted local parts and address literals are refused.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5321
 */
export function isEmailAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxLength || !shape.test(value)) return false;
  const domain = value.slice(value.indexOf('@') + 1);
  return !domain.startsWith('.') && !domain.endsWith('.') && !domain.includes('..');
}

/**
 * Makes the function that tells whether a well-formed email address has one of these domains.
 *
 * Compares whole domains, without regard to case and in their ASCII form, so that `BÜCHER.example`
 * equals `xn--bcher-kva.example`. `*.corp.com` allows every subdomain of `corp.com`, not `corp.com`.
 *
 * @throws `Error` that names the entry which is not a domain.
 */
export function createDomainFilter(domains: readonly string[]): (email: string) => boolean {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of domains) {
    const wildcard = entry.startsWith('*.');
    const domain = toAscii(wildcard ? entry.slice(2) : entry);
    if (!domain)
      throw new Error(`"${entry}" is not a domain; write it like "corp.com" or "*.corp.com"`);
    if (wildcard) suffixes.push(`.${domain}`);
    else exact.add(domain);
  }
  return email => {
    const domain = toAscii(email.slice(email.indexOf('@') + 1));
    return exact.has(domain) || suffixes.some(suffix => domain.endsWith(suffix));
  };
}

const labels = /^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)*$/u;

/**
 * The domain as DNS would see it, or '' for what is not a domain.
 *
 * IDNA maps many characters to others and drops some (`exam<U+FE0F>ple.com` is `example.com` to a
 * browser, and U+212A KELVIN SIGN is `k`). A mail server may see two domains where IDNA sees one, so
 * whatever IDNA changes beyond the case of a letter is refused.
 */
function toAscii(domain: string): string {
  // `domainToASCII` parses its argument like the host of a URL, so it must look like a domain first.
  if (!labels.test(domain)) return '';
  const ascii = domainToASCII(domain);
  const lower = domain.replace(/[A-Z]/g, letter => letter.toLowerCase());
  if (ascii === lower) return ascii;
  const unchanged = toLowerLetters(domain);
  return domainToUnicode(ascii) === unchanged && ascii !== '' ? ascii : '';
}

/** Lower case, but a character that is not ASCII never becomes one that is. */
function toLowerLetters(text: string): string {
  return Array.from(text, char => {
    const lower = char.toLowerCase();
    return char > '\x7f' && /[\x00-\x7f]/.test(lower) ? char : lower;
  }).join('');
}
