import { mockServices } from '@backstage/backend-test-utils';
import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import type { Entity } from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import fc from 'fast-check';
import { createCatalogUserLookup } from '../../src/lookup';
import type { UserLookupAnswer, UserQuery } from '../../src/lookup';
import { isAnswerTo } from '../support/createEntityLookup';
import { byEmail, byField, byName, user } from './support/people';

// A small alphabet, so that twins, clashes and values that could split a filter are frequent.
const word = fc
  .array(fc.constantFrom('k', 'K', '\u212a', 'a', 'A', '\u00e4', ',', '=', '%', '_', '.'), {
    minLength: 1,
    maxLength: 3,
  })
  .map(letters => letters.join(''));
const name = fc.constantFrom('a', 'A', 'k', 'K', 'ka', 'ak');
const namespace = fc.constantFrom('default', 'eng', 'ENG');

const entity: fc.Arbitrary<Entity> = fc
  .record({
    name,
    namespace,
    email: word,
    id: word,
    kind: fc.constantFrom('User', 'User', 'Group'),
  })
  .map(({ id, ...rest }) => user(rest.name, { ...rest, annotations: { 'bb/id': id } }));

const query: fc.Arbitrary<UserQuery> = fc.oneof(
  fc.tuple(fc.oneof(name, word), namespace).map(parts => byName(...parts)),
  word.map(byEmail),
  word.map(value => byField('metadata.annotations.bb/id', value)),
  name.map(value => byField('metadata.name', value)),
);

function refs(answer: UserLookupAnswer): string[] | string {
  if (answer.type !== 'entities') return answer.type;
  return answer.entities
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`.toLowerCase())
    .sort();
}

/** The answer by definition: look at every entity. */
function plainly(entities: readonly Entity[], asked: UserQuery): string[] {
  const found = entities.filter(each => isAnswerTo(each, asked));
  return refs({ type: 'entities', entities: found }) as string[];
}

function withoutPredicates(catalog: InMemoryCatalogClient): void {
  const original = catalog.queryEntities.bind(catalog);
  catalog.queryEntities = async request => {
    if (request && 'query' in request) throw new NotFoundError('no such route');
    return original(request);
  };
}

/** Safe in no filter because of the comma, and in no full-text filter because of the percent sign. */
function isUnaskable(asked: UserQuery): boolean {
  return asked.by === 'field' && asked.value.includes(',') && asked.value.includes('%');
}

// A failure names its seed, and the numbers of a run are new ones each time.
describe('the whole stack', () => {
  it('answers what a look at every entity answers, however queries are joined and repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entity, {
          maxLength: 12,
          // A catalog holds a ref once, whatever its case.
          selector: each =>
            `${each.kind}:${each.metadata.namespace}/${each.metadata.name}`.toLowerCase(),
        }),
        fc.array(fc.array(query, { maxLength: 12 }), { maxLength: 3 }),
        fc.constantFrom('all', 'identity'),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (entities, moments, fields, size, old) => {
          const catalog = new InMemoryCatalogClient({ entities });
          if (old) withoutPredicates(catalog);
          const lookup = createCatalogUserLookup({
            catalog,
            auth: mockServices.auth(),
            fields,
            maxEntries: 4,
            maxRefsPerRequest: size,
            maxValuesPerRequest: size,
          });
          for (const moment of moments) {
            const answers = await Promise.all(moment.map(each => lookup.find(each)));
            expect(answers.map(refs)).toEqual(
              moment.map(each =>
                old && isUnaskable(each) ? 'unavailable' : plainly(entities, each),
              ),
            );
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
