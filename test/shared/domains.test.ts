import { matchers } from '../../src/resolvers';

const isAllowed = (allowedDomains: string[], email: string) =>
  matchers.profileEmail({ allowedDomains }).match({ email, refresh: false }).type === 'query';

describe('allowedDomains', () => {
  it.each([
    [['corp.com'], 'jane@corp.com', true],
    [['corp.com'], 'jane@CORP.com', true],
    [['Corp.COM'], 'jane@corp.com', true],
    [['corp.com'], 'jane@exploitcorp.com', false],
    [['corp.com'], 'jane@corp.com.evil.test', false],
    [['corp.com'], 'jane@sub.corp.com', false],
    [['*.corp.com'], 'jane@sub.corp.com', true],
    [['*.corp.com'], 'jane@a.b.CORP.com', true],
    [['*.corp.com'], 'jane@corp.com', false],
    [['*.corp.com'], 'jane@exploitcorp.com', false],
    [['bücher.example'], 'jane@xn--bcher-kva.example', true],
    [['xn--bcher-kva.example'], 'jane@BÜCHER.example', true],
    [['bucher.example'], 'jane@bücher.example', false],
    [['corp.com'], 'jane@corp.com@evil.test', false],
    [['corp.com', 'other.org'], 'jane@other.org', true],
    [['localhost'], 'root@localhost', true],
  ])('%j and %s: %s', (domains, email, allowed) => {
    expect(isAllowed(domains, email)).toBe(allowed);
  });

  it.each([
    '',
    '*',
    '*.',
    '@corp.com',
    'corp.com/x',
    'a b',
    'corp..com',
    '.corp.com',
    'http://corp.com',
  ])('refuses the entry %j', entry => {
    expect(() => matchers.profileEmail({ allowedDomains: [entry] })).toThrow('is not a domain');
  });
});

describe('a domain that IDNA reads as another one', () => {
  it.each([
    ['a variation selector that IDNA drops', 'exam\uFE0Fple.com'],
    ['a soft hyphen that IDNA drops', 'exam\u00ADple.com'],
    ['a zero width joiner', 'exam\u200Dple.com'],
    ['KELVIN SIGN for k', 'blac\u212A.com'],
    ['full-width letters', 'ｅxample.com'],
    ['a letter with a mark that is not composed', 'bu\u0308cher.com'],
    ['LONG S for s', 'u\u017Fa.com'],
    ['a ligature', 'o\uFB03ce.com'],
    ['a mathematical letter', '\u{1D41E}xample.com'],
  ])('is not allowed: %s', (_why, domain) => {
    const domains = ['example.com', 'black.com', 'bücher.com', 'usa.com', 'office.com', '*.com'];
    expect(isAllowed(domains, `jane@${domain}`)).toBe(false);
  });

  it('is still compared without regard to case', () => {
    expect(isAllowed(['bücher.com'], 'jane@BÜCHER.com')).toBe(true);
    expect(isAllowed(['xn--bcher-kva.com'], 'jane@bücher.COM')).toBe(true);
  });
});
