import {
  DefaultNamespaceEntityPolicy,
  EntityPolicies,
  entityEnvelopeSchemaValidator,
  entitySchemaValidator,
  FieldFormatEntityPolicy,
  groupEntityV1alpha1Validator,
  NoForeignRootFieldsEntityPolicy,
  parseEntityRef,
  RELATION_OWNED_BY,
  SchemaValidEntityPolicy,
  stringifyEntityRef,
  userEntityV1alpha1Validator,
} from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { quote } from '../quote';

/**
 * An entity as the catalog would keep it, or why it would not.
 *
 * @internal
 */
export type Judged = { readonly entity: Entity } | { readonly problem: string };

const checkEnvelope = entityEnvelopeSchemaValidator();
const checkSchema = entitySchemaValidator();

/** Those of the catalog backend, in its order. */
const policies = EntityPolicies.allOf([
  new SchemaValidEntityPolicy(),
  new DefaultNamespaceEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy(),
  new FieldFormatEntityPolicy(),
]);

/**
 * What is wrong with the envelope of a document, which the catalog checks while it reads the location:
 * one document with such a problem makes it refuse the whole file.
 *
 * @returns `undefined` when nothing is
 * @internal
 */
export function envelopeProblem(value: unknown): string | undefined {
  try {
    const { annotations } = (checkEnvelope(value) as Entity).metadata as { annotations?: unknown };
    if (!annotations || (typeof annotations === 'object' && !Array.isArray(annotations))) return;
    return 'metadata.annotations must be an object';
  } catch (error) {
    return wordsOf(error);
  }
}

/**
 * Judges a `User` or `Group` entity whose envelope is valid, with the policies and validators that the
 * catalog backend has when nothing is configured. An entity that fails is not in the catalog; its
 * neighbours in the file are.
 *
 * @internal
 */
export async function judgeEntity(value: Entity): Promise<Judged> {
  const placeholder = placeholderIn(value);
  if (placeholder) {
    return {
      problem: `it holds the placeholder ${quote(placeholder)}, which only the catalog resolves`,
    };
  }
  try {
    const entity = (await policies.enforce(withAnnotations(value)))!;
    checkSchema(entity);
    const isKnown = [
      await userEntityV1alpha1Validator.check(entity),
      await groupEntityV1alpha1Validator.check(entity),
    ].includes(true);
    if (!isKnown) {
      const what = `kind ${quote(entity.kind)} with apiVersion ${quote(entity.apiVersion)}`;
      return { problem: `the catalog does not know the ${what}` };
    }
    checkRefs(entity);
    checkCaseOfKeys(entity);
    return { entity };
  } catch (error) {
    return { problem: wordsOf(error) };
  }
}

/** The catalog writes its own annotations first, so that an empty `annotations:` is none. */
function withAnnotations(entity: Entity): Entity {
  const { metadata } = entity;
  return { ...entity, metadata: { ...metadata, annotations: metadata.annotations || {} } };
}

const resolvers = new Set(['$text', '$json', '$yaml']);

/** The catalog puts the content of another file in the place of such an object. */
function placeholderIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key !== undefined && others.length === 0 && resolvers.has(key)) return key;
  for (const each of Object.values(value)) {
    const found = placeholderIn(each);
    if (found) return found;
  }
  return undefined;
}

/** The catalog makes relations of these, and fails over one that is not a ref. */
const refFields = {
  User: { memberOf: 'Group' },
  Group: { parent: 'Group', children: 'Group', members: 'User' },
} as const;

function checkRefs({ kind, metadata, spec }: Entity): void {
  for (const [field, defaultKind] of Object.entries(refFields[kind as keyof typeof refFields])) {
    const value = spec?.[field];
    for (const ref of value ? [value].flat() : []) {
      parseEntityRef(ref as string, { defaultKind, defaultNamespace: metadata.namespace });
    }
  }
}

/**
 * Refs that own an entity: its relations in an answer of the catalog, or else `spec.owner`.
 *
 * @internal
 */
export function ownersOf({ metadata, spec, relations }: Entity): string[] {
  if (Array.isArray(relations)) {
    return relations.flatMap(({ type, targetRef }) =>
      type === RELATION_OWNED_BY ? targetRef : [],
    );
  }
  if (typeof spec?.owner !== 'string') return [];
  try {
    const defaults = { defaultKind: 'Group', defaultNamespace: metadata.namespace };
    return [stringifyEntityRef(parseEntityRef(spec.owner, defaults))];
  } catch {
    // The catalog rejects the entity, so it is owned by nobody.
    return [];
  }
}

/** The catalog fails over these after it has accepted the entity, which then is nowhere to be seen. */
function checkCaseOfKeys(entity: Entity): void {
  const spellings = new Map<string, string>();
  for (const key of searchKeysOf(entity)) {
    const other = spellings.get(key.toLowerCase());
    if (other !== undefined && other !== key) {
      throw new Error(`${quote(other)} and ${quote(key)} are keys that differ only by letter case`);
    }
    spellings.set(key.toLowerCase(), key);
  }
}

/** Written by the catalog itself, whatever the file says. */
const keysOfCatalog = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.etag',
  'metadata.annotations.backstage.io/managed-by-location',
  'metadata.annotations.backstage.io/managed-by-origin-location',
];

/** The keys under which the catalog indexes an entity. */
function* searchKeysOf(entity: Entity): Generator<string> {
  yield* keysOfCatalog;
  yield* keysWithin('', entity, new Set());
}

function* keysWithin(path: string, value: unknown, items: Set<string>): Generator<string> {
  if (path === 'relations' || path === 'status') return;
  if (typeof value !== 'object' || value === null) {
    yield path;
  } else if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      yield* keysWithin(path, item, items);
      // Items are keys of their own, each in its first spelling.
      const key = `${path}.${String(item)}`;
      if (typeof item !== 'string' || items.has(key.toLowerCase())) continue;
      items.add(key.toLowerCase());
      yield key;
    }
  } else {
    for (const [key, item] of Object.entries(value)) {
      yield* keysWithin(path ? `${path}.${key}` : key, item, items);
    }
  }
}

function wordsOf(error: unknown): string {
  return (error as Error).message
    .replace(/ To learn more about catalog file format.*$/s, '')
    .replace(/ - missingProperty: .*$/s, '');
}
