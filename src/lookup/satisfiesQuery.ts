import { ownProperty, readField } from './readField';
import type { UserQuery } from './UserQuery';
import { foldAscii } from '../shared';

/**
 * The local check of a candidate: kind `User`, and what was asked for is really there.
 *
 * Whatever a catalog, a cache or a context answers, nobody is signed in as an entity that does not
 * pass this.
 *
 * @returns the reason to refuse the candidate, or `undefined` when it stands
 * @internal
 */
export function satisfiesQuery(entity: unknown, query: UserQuery): string | undefined {
  const kind = ownProperty(entity, 'kind');
  if (kind !== 'User' && !(typeof kind === 'string' && foldAscii(kind) === 'user')) {
    return 'it is not of kind User';
  }
  if (query.by === 'field') {
    const actual = readField(entity, query.field);
    if (typeof actual !== 'string') return `its ${query.field} is no text`;
    return equal(actual, query.value) ? undefined : `its ${query.field} is another one`;
  }
  const metadata = ownProperty(entity, 'metadata');
  if (!equal(ownProperty(metadata, 'namespace') ?? 'default', query.namespace)) {
    return 'its namespace is another one';
  }
  return equal(ownProperty(metadata, 'name'), query.name) ? undefined : 'its name is another one';
}

function equal(actual: unknown, wanted: string): boolean {
  if (typeof actual !== 'string' || actual === '') return false;
  return actual === wanted || foldAscii(actual) === foldAscii(wanted);
}
