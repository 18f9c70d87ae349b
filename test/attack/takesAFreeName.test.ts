import type { Entity } from '@backstage/catalog-model';
import { userEntity } from '../support/createEntityLookup';
import { startBackstageWith } from './support/startBackstageWith';

const component: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'shop' },
  spec: { type: 'service', lifecycle: 'production', owner: 'user:default/departed' },
};
const entities = [
  userEntity('Kiss.Ceo'),
  userEntity('Platform', { kind: 'Group' }),
  userEntity('elsewhere', { namespace: 'other' }),
  component,
];

describe('a sign-in without a user, under a name that is not free', () => {
  let backstage: Awaited<ReturnType<typeof startBackstageWith>>;

  beforeAll(async () => {
    const resolver = 'usernameMatchingUserEntityName';
    const step = { resolver, namespaces: ['people'] };
    const dangerouslyAllowSignInWithoutUserInCatalog = true;
    backstage = await startBackstageWith({
      entities,
      provider: {
        signIn: { resolvers: [{ ...step, dangerouslyAllowSignInWithoutUserInCatalog }] },
      },
    });
  });

  afterAll(() => backstage?.stop());

  it.each(['newbie', 'elsewhere'])('is given to %s, who is nobody yet', async name => {
    expect(await backstage.signIn({ id: 50, name })).toMatchObject({ as: `user:default/${name}` });
  });

  it.each([
    ['kiss.ceo', 'a user'],
    ['KISS.CEO', 'a user, in other letters'],
    ['platform', 'a group'],
    ['PLATFORM', 'a group, in other letters'],
    ['departed', 'somebody who is gone and still owns a component'],
    ['Departed', 'the same, in other letters'],
  ])('is not given to %s: %s', async name => {
    expect(await backstage.signIn({ id: 51, name })).toMatchObject({
      as: undefined,
      code: 'USER_REF_TAKEN',
    });
  });
});
