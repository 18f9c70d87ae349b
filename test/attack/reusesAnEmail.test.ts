import type { JsonObject } from '@backstage/types';
import { userEntity } from '../support/createEntityLookup';
import { host, startBackstageWith } from './support/startBackstageWith';

// Maria has left. Her email and username were given to somebody new, and her entity is still there.
const maria = { id: 7, name: 'maria', email: 'maria@corp.example' };
const heir = { ...maria, id: 8 };
const named = (key: string, id = '7') => ({ annotations: { [key]: id } });
const entities = [
  userEntity('maria', { email: maria.email, ...named(`${host}/user-id`) }),
  userEntity('bob', { email: 'bob@corp.example', ...named(`${host}/User-ID`, '9') }),
  userEntity('cem', { email: 'cem@corp.example', ...named('other.example/user-id', '9') }),
  userEntity('stranger', { email: 'stranger@corp.example' }),
];

const byId = { resolver: 'userIdMatchingUserEntityAnnotation' };
const byEmail = { resolver: 'emailMatchingUserEntityProfileEmail', onAmbiguous: 'next' };
const byName = { resolver: 'usernameMatchingUserEntityName', onAmbiguous: 'next' };
const either = [byId, byEmail, byName];
const both = [
  {
    resolver: 'agreement',
    of: [{ resolver: byEmail.resolver }, { resolver: byName.resolver }],
    onAmbiguous: 'next',
  },
  byName,
];

describe.each<[string, JsonObject]>([
  ['a chain', { signIn: { resolvers: either } }],
  [
    'a chain over a slim lookup',
    { signIn: { resolvers: either }, userLookup: { fields: 'identity' } },
  ],
  ['an agreement', { signIn: { resolvers: both } }],
])('an email and a username that are given to somebody new, in %s', (_what, provider) => {
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;

  beforeAll(async () => {
    backstage = await startBackstageWith({ entities, provider });
  });

  afterAll(() => backstage?.stop());

  it('sign in whose account the entity names', async () => {
    expect(await backstage.signIn(maria)).toMatchObject({ as: 'user:default/maria' });
  });

  it('do not sign in anybody else', async () => {
    const refusal = await backstage.signIn(heir);
    expect(refusal).toMatchObject({ as: undefined, code: 'ENTITY_OF_ANOTHER_ACCOUNT' });
    expect(refusal.message).toContain('belongs to another account');
    expect(refusal.message).not.toMatch(/user:|user-id|maria/);
    const line = backstage.logs.findLast(each => each.includes('sign-in refused: ENTITY_OF'));
    expect(line).toContain(
      `user:default/maria rejected (its annotation ${host}/user-id names another account)`,
    );
  });

  it('do not either where the key of the annotation has other letters', async () => {
    const bob = { id: 8, name: 'bob', email: 'bob@corp.example' };
    expect(await backstage.signIn(bob)).toMatchObject({ code: 'ENTITY_OF_ANOTHER_ACCOUNT' });
  });

  it('are no concern of an account of another server', async () => {
    const cem = { id: 8, name: 'cem', email: 'cem@corp.example' };
    expect(await backstage.signIn(cem)).toMatchObject({ as: 'user:default/cem' });
  });

  it('sign in as before where an entity names no account', async () => {
    const stranger = { id: 8, name: 'stranger', email: 'stranger@corp.example' };
    expect(await backstage.signIn(stranger)).toMatchObject({ as: 'user:default/stranger' });
  });
});
