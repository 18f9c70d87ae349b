import { matchPlan, traceChain } from '../../../src/resolvers';
import { createEntityLookup } from '../../support/createEntityLookup';

/** How a chain ends that finds nobody, and may sign the person in by this name. */
async function decisionFor(fallbackName: unknown) {
  const query = { by: 'field', field: 'metadata.annotations.a/b', value: '7' } as const;
  const match = () => matchPlan.query(query, { fallbackName: fallbackName as string });
  const matcher = { name: 'own', label: 'own', match };
  const { decision } = await traceChain({
    match: [{ matcher, dangerouslyAllowSignInWithoutUserInCatalog: true }],
    subject: { refresh: false },
    lookup: createEntityLookup([]),
  });
  return decision;
}

describe('the name of somebody who is not in the catalog', () => {
  it.each(['jane', 'jane@corp.com', 'jane+x@corp.com', 'j', '7', 'a.b_c-d'])(
    'may be %s',
    async value => {
      expect(await decisionFor(value)).toMatchObject({ userEntityRef: `user:default/${value}` });
    },
  );

  it.each([
    'user:default/jane',
    'default/jane',
    'a:b',
    '',
    ' jane',
    'jane ',
    '_x',
    'x_',
    '-',
    "o'neil",
    'jürgen@corp.com',
    'K\u212a',
    '\u202ejane',
    'jane\n',
    `${'x'.repeat(254)}`,
    undefined,
    7,
  ])('may not be %j', async value => {
    expect(await decisionFor(value)).toMatchObject({ code: 'NO_MATCHING_USER' });
  });
});
