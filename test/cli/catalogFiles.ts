import type { JsonObject, JsonValue } from '@backstage/types';
import fc from 'fast-check';
import { stringify } from 'yaml';

/** What people and entities of a world are called: few names, so that they meet. */
export const names = [
  ...['kim', 'jane', 'jane.doe', 'j_doe', 'sam', 'ann', 'bea', 'cem', 'dan', 'eli', 'fay', 'gus'],
  ...['hal', 'ivy', 'jos', 'lou', 'mia', 'noa', 'ola', 'pia', 'roy', 'sue', 'tom', 'uwe', 'zoe'],
];
export const emails = [...names.map(name => `${name}@corp.example`), 'Kim@Corp.Example'];
export const ids = names.map((_name, index) => 600 + index);

interface PlainEntity {
  readonly kind: 'User' | 'Group';
  readonly name: string;
  readonly namespace?: string;
  readonly email?: string;
  readonly id?: number;
  readonly username?: string;
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Mostly what belongs to the name; sometimes what belongs to somebody else, or nothing. */
export const mostly = <T>(own: T, others: readonly T[]) =>
  optional(fc.oneof({ weight: 5, arbitrary: fc.constant(own) }, fc.constantFrom(...others)));

const plainEntity: fc.Arbitrary<PlainEntity> = fc.constantFrom(...names).chain(name =>
  fc.record({
    kind: fc.constantFrom('User', 'User', 'User', 'User', 'Group'),
    name: fc.constant(name),
    namespace: fc.constantFrom(undefined, undefined, undefined, 'default', 'people'),
    email: mostly(`${name}@corp.example`, emails),
    id: fc.oneof(fc.constant(undefined), mostly(ids[names.indexOf(name)]!, ids)),
    username: fc.oneof(fc.constant(undefined), mostly(name, names)),
  }),
);

export function toEntity({ kind, name, namespace, email, id, username }: PlainEntity): JsonObject {
  const annotations = {
    ...(id !== undefined && { '127.0.0.1/user-id': String(id) }),
    ...(username !== undefined && { '127.0.0.1/username': username }),
  };
  const profile = email === undefined ? {} : { email };
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'backstage.io/v1alpha1',
      kind,
      metadata: { name, namespace, annotations },
      spec: kind === 'User' ? { profile, memberOf: [] } : { type: 'team', profile, children: [] },
    }),
  ) as JsonObject;
}

/** Sets what stands at a path; `undefined` takes it away. */
function set(path: string, value: JsonValue | undefined) {
  return (entity: JsonObject): string => {
    const copy = structuredClone(entity);
    const keys = path.split('.');
    const last = keys.pop()!;
    let target = copy;
    for (const key of keys) target = (target[key] ??= {}) as JsonObject;
    if (value === undefined) delete target[last];
    else target[last] = value;
    return stringify(copy);
  };
}

/** What people do to a document by mistake, and some that is unusual and right. */
export const changes: readonly ((entity: JsonObject) => string)[] = [
  set('apiVersion', 'backstage.io/v1beta1'),
  set('apiVersion', 'v1'),
  set('apiVersion', 1),
  set('kind', 'user'),
  set('kind', 'Users'),
  set('kind', 'Component'),
  set('kind', ''),
  set('kind', undefined),
  set('metadata', undefined),
  set('metadata.name', 'with space'),
  set('metadata.name', '-dash'),
  set('metadata.name', 'x'.repeat(64)),
  set('metadata.name', 7),
  set('metadata.name', ''),
  set('metadata.name', undefined),
  set('metadata.namespace', 'People'),
  set('metadata.namespace', ''),
  set('metadata.namespace', null),
  set('metadata.title', ''),
  set('metadata.title', 'A title'),
  set('metadata.description', 7),
  set('metadata.uid', 'of-its-own'),
  set('metadata.annotations', undefined),
  set('metadata.annotations', null),
  set('metadata.annotations', []),
  set('metadata.annotations', 'none'),
  set('metadata.annotations', { '127.0.0.1/user-id': 600 }),
  set('metadata.annotations', { 'a/b/c': 'x' }),
  set('metadata.annotations', { 'corp.example/floor': '3' }),
  set('metadata.labels', { team: 'not valid!' }),
  set('metadata.labels', { team: 'valid' }),
  set('metadata.tags', ['Not Valid']),
  set('metadata.links', [{ url: 'nowhere' }]),
  set('metadata.links', [{ url: 'https://corp.example', title: '' }]),
  set('spec', undefined),
  set('spec', {}),
  set('spec.memberOf', undefined),
  set('spec.memberOf', null),
  set('spec.memberOf', 'team'),
  set('spec.memberOf', ['']),
  set('spec.memberOf', ['group:default/']),
  set('spec.memberOf', ['people/team', 'team']),
  set('spec.children', undefined),
  set('spec.children', [':x']),
  set('spec.type', 7),
  set('spec.parent', '/'),
  set('spec.profile', null),
  set('spec.profile', undefined),
  set('spec.profile.email', ''),
  set('spec.profile.email', 7),
  set('spec.profile.email', null),
  set('spec.profile.displayName', ''),
  set('spec.profile.picture', 7),
  set('spec.profile.phone', 'unknown to the model'),
  set('metadata.annotations', { '127.0.0.1/user-id': '600', '127.0.0.1/User-Id': '600' }),
  set('metadata.annotations', { 'Backstage.io/Managed-By-Location': 'x' }),
  set('metadata.labels', { Team: 'a', team: 'b' }),
  set('metadata.Name', 'other'),
  set('metadata.tags', ['tag', 'tag']),
  set('spec.Profile', { email: 'other@corp.example' }),
  set('spec.some', { deep: [{ Key: 1 }, { key: 2 }], list: ['Item', 'item'] }),
  set('spec.some', { list: ['Item'], LIST: [] }),
  set('spec.some', { list: ['Item'], 'list.item': 1 }),
  entity => `${stringify(entity)}`.replace('spec:\n', 'spec:\n  loop: &loop { again: *loop }\n'),
  set('relations', []),
  set('status', {}),
  entity => `${stringify(entity)}kind: User\n`,
  entity => `${stringify(entity)}  bad: [indent\n`,
  entity => JSON.stringify(entity),
  entity => `# a comment\n${stringify(entity)}`,
  entity => stringify(entity).replace('metadata:', 'metadata: &anchor'),
  entity => `${stringify(entity)}unknown: *nothing\n`,
  entity => `%YAML 1.1\n---\n${stringify(entity)}`,
  () => 'a text\n',
  () => '- a\n- list\n',
  () => '',
  () => 'null\n',
];

const document = fc
  .record({
    entity: plainEntity.map(toEntity),
    change: fc.option(fc.constantFrom(...changes), { freq: 1 }),
  })
  .map(({ entity, change }) => (change ? change(entity) : stringify(entity)));

const valid = plainEntity.map(entity => stringify(toEntity(entity)));

/** The texts of catalog files: most of them whole, some with documents that are broken. */
export const catalogFiles: fc.Arbitrary<readonly string[]> = fc.array(
  fc
    .oneof(
      { weight: 2, arbitrary: fc.array(valid, { minLength: 1, maxLength: 3 }) },
      { weight: 3, arbitrary: document.map(text => [text]) },
      { weight: 1, arbitrary: fc.array(document, { minLength: 2, maxLength: 3 }) },
    )
    .map(documents => documents.join('---\n')),
  { minLength: 25, maxLength: 30 },
);

/** Every change to a user and to a group, each in a file of its own and in one with a neighbour. */
export function everyChange(): string[] {
  return changes.flatMap((change, index) =>
    (['User', 'Group'] as const).flatMap(kind => {
      const name = `${kind.toLowerCase()}-${index}`;
      const alone = change(toEntity({ kind, name: `${name}.alone` }));
      const beside = change(toEntity({ kind, name: `${name}.beside` }));
      const neighbour = stringify(toEntity({ kind: 'User', name: `${name}.neighbour` }));
      return [alone, `${neighbour}---\n${beside}`];
    }),
  );
}
