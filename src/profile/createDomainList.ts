import { domainToASCII } from 'node:url';

/** @internal */
export interface DomainList {
  /** Whether the domain of a well-formed email address is in the list. */
  allows(email: string): boolean;
  /** For texts. */
  readonly domains: readonly string[];
}

/**
 * Compares whole domains, without regard to case and in their ASCII form, so that `BÜCHER.example`
 * equals `xn--bcher-kva.example`. `*.corp.com` allows every subdomain of `corp.com`, not `corp.com`.
 *
 * @throws `Error` that names the entry which is no domain.
 * @internal
 */
export function createDomainList(domains: readonly string[]): DomainList {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of domains) {
    const wildcard = entry.startsWith('*.');
    const domain = toAscii(wildcard ? entry.slice(2) : entry);
    if (!domain)
      throw new Error(`"${entry}" is no domain, write it like "corp.com" or "*.corp.com"`);
    if (wildcard) suffixes.push(`.${domain}`);
    else exact.add(domain);
  }
  return {
    domains,
    allows(email) {
      const domain = email.slice(email.indexOf('@') + 1);
      if (exact.has(domain)) return true;
      const ascii = toAscii(domain);
      return exact.has(ascii) || suffixes.some(suffix => ascii.endsWith(suffix));
    },
  };
}

/** The ASCII form, or '' for what is no domain. */
function toAscii(domain: string): string {
  // domainToASCII drops or re-reads what a URL would, so only what looks like a domain gets there.
  return /^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)*$/u.test(domain) ? domainToASCII(domain) : '';
}
