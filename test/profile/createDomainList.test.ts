import { createDomainList } from '../../src/profile';

describe('createDomainList', () => {
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
    expect(createDomainList(domains).allows(email)).toBe(allowed);
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
    expect(() => createDomainList([entry])).toThrow('is no domain');
  });
});
