import { userEntity } from '../support/createEntityLookup';
import { startBackstageWith } from './support/startBackstageWith';

/** Each is another domain than corp.example to a mail server, or none; to some code it is the same. */
const domains = [
  'co\ufe0frp.example',
  'corp\u200b.example',
  'corp\u00ad.example',
  'corp.examp\u2060le',
  'c\u043erp.example',
  '\uff43orp.example',
  'corp\u3002example',
  'corp.example.',
  'corp.example.evil.example',
  'evil-corp.example',
  'evil.example@corp.example',
  'corp.example\u0000',
  'corp.example\n',
  ' corp.example',
  'corp.example,evil.example',
  'corp.example%2eevil.example',
  '[corp.example]',
  '.corp.example',
];

describe('an email whose domain only looks like one that is allowed', () => {
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;

  beforeAll(async () => {
    const allowedDomains = ['corp.example'];
    backstage = await startBackstageWith({
      entities: [
        userEntity('ada', { email: 'ada@corp.example' }),
        // The catalog holds what the attacker writes, as far as it may: then the list alone decides.
        ...domains.map((domain, index) => userEntity(`x${index}`, { email: `ada@${domain}` })),
      ],
      provider: {
        signIn: {
          resolvers: [
            { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains },
            { resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains },
          ],
        },
      },
    });
  });

  afterAll(() => backstage?.stop());

  it.each(domains)('signs in nobody: %j', async domain => {
    const person = { id: 66, name: 'mallory', email: `ada@${domain}` };
    expect(await backstage.signIn(person)).toMatchObject({ as: undefined });
  });

  it.each(['corp.example', 'CORP.example'])('signs Ada in with %s', async domain => {
    const person = { id: 7, name: 'ada', email: `ada@${domain}` };
    expect(await backstage.signIn(person)).toMatchObject({ as: 'user:default/ada' });
  });
});
