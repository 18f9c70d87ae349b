import type { FrontDoor, SeenRequest } from '../lookup/support/startFrontDoor';
import { userEntity } from '../support/createEntityLookup';
import { startBackstageWith } from './support/startBackstageWith';

type Lie = ReturnType<NonNullable<FrontDoor['intercept']>>;

const json = (body: string): Lie => ({ status: 200, type: 'application/json', body });
const page = (status: number): Lie => ({ status, type: 'text/html', body: '<h1>no' });

/** The names that a chain looks for, and whether a name is free. */
const questions: [string, (request: SeenRequest) => boolean][] = [
  ['everything', () => true],
  ['all that asks by names', ({ path }) => path.includes('/entities/by-refs')],
  ['all that asks by a field', ({ path }) => !path.includes('/entities/by-refs')],
];

/**
 * With dangerouslyAllowSignInWithoutUserInCatalog, "nobody" signs in whoever asks. So it has to be the
 * catalog that says so.
 */
describe('something in front of the catalog', () => {
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;

  beforeAll(async () => {
    const step = { resolver: 'usernameMatchingUserEntityName', namespaces: ['people'] };
    backstage = await startBackstageWith({
      entities: [
        userEntity('ceo'),
        userEntity('ada', { namespace: 'people', email: 'ada@corp.example' }),
      ],
      provider: {
        signIn: {
          resolvers: [
            { resolver: 'emailMatchingUserEntityProfileEmail' },
            { ...step, dangerouslyAllowSignInWithoutUserInCatalog: true },
          ],
        },
        userLookup: { ttl: '0s', notFoundTtl: '0s' },
      },
    });
  });

  afterEach(() => {
    backstage.catalog.intercept = undefined;
  });

  afterAll(() => backstage?.stop());

  const ceo = { id: 66, name: 'ceo', email: 'mallory@corp.example' };
  const ada = { id: 67, name: 'ada', email: 'mallory@corp.example' };
  const newcomer = { id: 68, name: 'newcomer', email: 'newcomer@corp.example' };
  // Her entity has her email, and not her name, which is free.
  const eve = { id: 69, name: 'eve', email: 'ada@corp.example' };

  it('that is only the catalog lets a newcomer in, so that the tests below can fail', async () => {
    expect(await backstage.signIn(newcomer)).toMatchObject({ as: 'user:default/newcomer' });
    expect(await backstage.signIn(ceo)).toMatchObject({ code: 'USER_REF_TAKEN' });
    expect(await backstage.signIn(ada)).toMatchObject({ as: 'user:people/ada' });
    expect(await backstage.signIn(eve)).toMatchObject({ as: 'user:people/ada' });
  });

  const lies: [string, Lie][] = [
    ['a 404 of a proxy', page(404)],
    ['a 404 of a Backstage without a catalog', 404],
    ['a page', page(200)],
    ['an empty body', json('')],
    ['null', json('null')],
    ['an empty object', json('{}')],
    ['items that are no list', json('{"items":{}}')],
    ['items that are no entities', json('{"items":[{"user":1}],"totalItems":1,"pageInfo":{}}')],
    ['a redirect', page(302)],
    ['a gateway in trouble', page(502)],
    ['401', 401],
  ];
  const cases = lies.flatMap(([what, lie]) =>
    questions.map(([which, concerns]) => ({ what, lie, which, concerns })),
  );

  it.each(cases)('that says $what to $which makes nobody of anybody', async ({ lie, concerns }) => {
    backstage.catalog.intercept = request => (concerns(request) ? lie : undefined);
    const seen = backstage.catalog.seen.length;
    for (const person of [ceo, ada, newcomer]) {
      const { as, code } = await backstage.signIn(person);
      expect([person.name, as, code]).toEqual([person.name, undefined, 'CATALOG_UNAVAILABLE']);
    }
    expect(backstage.catalog.seen.slice(seen).some(concerns)).toBe(true);
  });

  it.each(['[{"user":1}]', '{"items":[{"user":1}]}', '{"items":[7]}', '[null]', '"ab"', '7'])(
    'that says %s to one question, and then leaves it to the catalog, makes nobody of anybody',
    async body => {
      for (const byNames of [true, false]) {
        for (const person of [ada, eve]) {
          let told = false;
          backstage.catalog.intercept = ({ path }) => {
            if (told || path.includes('/entities/by-refs') !== byNames) return undefined;
            told = true;
            return json(body);
          };
          const { as } = await backstage.signIn(person);
          expect([undefined, 'user:people/ada']).toContain(as);
        }
      }
    },
  );

  it('leaves no trace: the next one is asked of the catalog again', async () => {
    backstage.catalog.intercept = () => json('{"items":[null,null,null],"totalItems":0}');
    expect(await backstage.signIn(ada)).toMatchObject({ as: undefined });
    backstage.catalog.intercept = undefined;
    expect(await backstage.signIn(ada)).toMatchObject({ as: 'user:people/ada' });
  });
});
