import type { Entity } from '@backstage/catalog-model';
import { userEntity } from '../support/createEntityLookup';
import { startBackstageWith } from './support/startBackstageWith';

const ada = { id: 67, name: 'ada', email: 'ada@corp.example' };

/** Ada's entity, with these values in place of its own. */
function forge({ metadata, ...rest }: Record<string, unknown>): Entity {
  const entity = userEntity('ada', { email: ada.email });
  return { ...entity, ...rest, metadata: { ...entity.metadata, ...(metadata as object) } };
}

/** Whoever stands in front of the catalog can name any entity; but nothing that no entity can be. */
describe('something in front of the catalog that answers entities of its own', () => {
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;

  beforeAll(async () => {
    const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail' };
    const byName = { resolver: 'usernameMatchingUserEntityName', namespaces: ['*'] };
    backstage = await startBackstageWith({
      entities: [userEntity('ada', { email: ada.email })],
      provider: {
        signIn: { resolvers: [byEmail, byName] },
        userLookup: { ttl: '0s', notFoundTtl: '0s' },
      },
    });
  });

  afterAll(() => backstage?.stop());

  async function signInWith(...items: Entity[]) {
    const { length } = backstage.logs;
    backstage.catalog.intercept = ({ path }) => {
      const page = { items, totalItems: items.length, pageInfo: {} };
      const body = JSON.stringify(path.includes('/entities?') ? items : page);
      return { status: 200, type: 'application/json', body };
    };
    const outcome = await backstage.signIn(ada);
    return { ...outcome, log: backstage.logs.slice(length) };
  }

  it('signs Ada in with her own, so that the tests below can fail', async () => {
    expect(await signInWith(forge({}))).toMatchObject({ as: 'user:default/ada' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a line break in its namespace', { metadata: { namespace: 'x\nauth error forged' } }],
    ['a colour in its name', { metadata: { name: 'ada\u001b[31m' } }],
    ['a slash in its name', { metadata: { name: 'a/b' } }],
    ['a colon in its namespace', { metadata: { namespace: 'group:x' } }],
    ['an endless name', { metadata: { name: 'a'.repeat(100_000) } }],
    ['an empty name', { metadata: { name: '' } }],
    ['a line break in its kind', { kind: 'Group\nauth error forged' }],
  ])('is not believed one with %s', async (_what, parts) => {
    const { as, code, log } = await signInWith(forge(parts));
    expect([as, code]).toEqual([undefined, 'NO_MATCHING_USER']);
    expect(log.some(line => line.includes('unknown rejected'))).toBe(true);
  });

  it('cannot pass two entities off as one', async () => {
    const one = forge({ metadata: { namespace: 'a', name: 'b/c' } });
    const other = forge({ metadata: { namespace: 'a/b', name: 'c' } });
    expect(await signInWith(one, other)).toMatchObject({ as: undefined, code: 'NO_MATCHING_USER' });
  });

  it('forges no line of the log with any of them', () => {
    const ours = backstage.logs.filter(line => line.startsWith('auth '));
    expect(ours.some(line => line.includes('nearly matched: unknown: it has the'))).toBe(true);
    expect(ours.filter(line => /[^\x20-\x7e]/.test(line) || line.length > 5_000)).toEqual([]);
  });
});
