import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogApi } from '@backstage/catalog-client';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { askTogether } from './askTogether';
import type { AskMany } from './askTogether';
import { createCatalogCaller } from './createCatalogCaller';
import { createChainFinder } from './createChainFinder';
import { createFieldFinder } from './createFieldFinder';
import type { FieldQuery } from './createFieldFinder';
import { createRefFinder } from './createRefFinder';
import type { RefQuery } from './createRefFinder';
import { identityOf } from './identityOf';
import type { UserLookupFields } from './UserLookupFields';
import type { UserQuery } from './UserQuery';
import type { SourceAnswer, UserSource } from './UserSource';

/** @internal */
export interface CatalogUserSourceOptions {
  readonly catalog: CatalogService | CatalogApi;
  readonly auth: AuthService;
  readonly fields: UserLookupFields;
  /** Most refs of one request. */
  readonly refsPerRequest: number;
  /** Most values of one field in one request. */
  readonly valuesPerRequest: number;
  readonly now: () => number;
}

/**
 * Up to so many values of one field are asked for one by one, at once: a joined request costs the
 * catalog as much as three or four single ones before it gains anything.
 */
const singlyUpTo = 3;

/**
 * Asks the catalog: names by ref, everything else by field, as few requests as pay.
 *
 * @internal
 */
export function createCatalogUserSource(options: CatalogUserSourceOptions): UserSource {
  const catalog = createCatalogCaller(options.catalog, options.auth, options.now);
  const byRef = createRefFinder(catalog, options.fields);
  const byField = createFieldFinder(catalog, options.fields, options.now);
  const byFields = createChainFinder(catalog, byField, options.fields, options.now);

  function keep(answer: SourceAnswer, query: UserQuery): SourceAnswer {
    if (options.fields === 'all' || answer.type !== 'entities') return answer;
    return { type: 'entities', entities: answer.entities.map(each => identityOf(each, query)) };
  }

  return {
    async findMany(queries) {
      const answers = new Map<UserQuery, SourceAnswer>();
      const requests: Promise<void>[] = [];

      function ask<TQuery extends UserQuery>(
        some: readonly TQuery[],
        size: number,
        finder: AskMany<TQuery>,
      ): void {
        for (let start = 0; start < some.length; start += size) {
          const part = some.slice(start, start + size);
          requests.push(collect(part, askTogether(part, finder)));
        }
      }

      async function collect(
        some: readonly UserQuery[],
        request: Promise<readonly SourceAnswer[]>,
      ): Promise<void> {
        const found = await request;
        some.forEach((query, index) => answers.set(query, keep(found[index]!, query)));
      }

      ask(queries.filter(isRefQuery), options.refsPerRequest, byRef);
      const fieldQueries = queries.filter(isFieldQuery);
      const fields = new Set(fieldQueries.map(query => query.field));
      if (fields.size > 1 && fieldQueries.length <= singlyUpTo) {
        requests.push(collect(fieldQueries, byFields(fieldQueries)));
        fields.clear();
      }
      for (const field of fields) {
        const some = fieldQueries.filter(query => query.field === field);
        ask(some, some.length > singlyUpTo ? options.valuesPerRequest : 1, byField(field));
      }
      await Promise.all(requests);
      return queries.map(query => answers.get(query)!);
    },
  };
}

function isRefQuery(query: UserQuery): query is RefQuery {
  return query.by === 'ref';
}

function isFieldQuery(query: UserQuery): query is FieldQuery {
  return query.by === 'field';
}
