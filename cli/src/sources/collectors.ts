import { DEFAULT_NAMESPACE } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { Finding, FindingSource, SourcedEntity } from '../findings';

/**
 * What a source gave.
 *
 * @public
 */
export interface SourceResult<T> {
  readonly items: readonly T[];
  /** What a reader of the report should know. */
  readonly notes: readonly string[];
  /** What is wrong with what was read, for the report. */
  readonly findings: readonly Finding[];
  /** What is not there because the run was interrupted. */
  readonly missing?: string;
}

/**
 * Whether an entity is one that an audit needs: a `User` or a `Group`.
 *
 * @internal
 */
export function isPersonOrGroup({ kind }: Entity): boolean {
  return ['user', 'group'].includes(kind.toLowerCase());
}

/**
 * What an audit needs of an entity: relations and the like of 50,000 entities are megabytes, and
 * nobody is matched by them.
 *
 * @internal
 */
export function slimEntity(entity: Entity, source?: FindingSource): SourcedEntity {
  const { apiVersion, kind, metadata, spec } = entity;
  const { name, namespace = DEFAULT_NAMESPACE, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, annotations },
    spec: { profile: spec?.profile },
    ...(source && { source }),
  };
}

/**
 * A document of a location with an entity of a ref.
 *
 * @internal
 */
export interface WrittenEntity {
  readonly ref: string;
  readonly source?: FindingSource;
  /** Absent when the catalog rejects it. */
  readonly entity?: SourcedEntity;
}

/** @internal */
export interface EntityCollector {
  /** Takes the entities of one location; of two with one ref, the catalog keeps the later one. */
  add(location: readonly WrittenEntity[]): void;
  readonly entities: () => readonly SourcedEntity[];
  /** Of refs that several documents have. */
  readonly findings: () => readonly Finding[];
}

/**
 * Gathers the entities of several locations.
 *
 * Of one ref in two locations the catalog keeps that of the location which it reads first, and nobody
 * can say which that is. So both are kept here when it makes a difference who is matched, and the
 * audit decides nothing by them. A ref belongs to the location that is read first even when the
 * entity there is then rejected.
 *
 * @internal
 */
export function createEntityCollector(): EntityCollector {
  const all = new Map<string, WrittenEntity[]>();
  const findings: Finding[] = [];

  function report(first: WrittenEntity, second: WrittenEntity, text: string) {
    findings.push({
      rule: 'duplicateEntity',
      severity: 'warning',
      text: `${second.ref} is at ${placeOf(first)} and at ${placeOf(second)}: ${text}`,
      concerns: [second.ref],
      source: second.source,
    });
  }

  function addFirstOrOther(written: WrittenEntity) {
    const others = all.get(written.ref);
    if (!others) {
      all.set(written.ref, [written]);
      return;
    }
    const isNew = !others.some(other => isSame(other, written));
    if (isNew) others.push(written);
    const first = 'the catalog keeps the one that it reads first';
    if (!isNew) report(others[0]!, written, first);
    else if (others.every(({ entity }) => entity)) {
      report(others[0]!, written, `${first}, so that it is not known who becomes this entity`);
    } else {
      report(others[0]!, written, `${first}, and it rejects one of them: it may have neither`);
    }
  }

  return {
    add(location) {
      const own = new Map<string, WrittenEntity>();
      for (const written of location) {
        const other = own.get(written.ref);
        if (other) {
          const fate = written.entity ? '' : ', and rejects it';
          report(other, written, `of two in one file the catalog keeps the later${fate}`);
        }
        own.set(written.ref, written);
      }
      for (const written of own.values()) addFirstOrOther(written);
    },
    entities: () => [...all.values()].flatMap(entitiesOf),
    findings: () => findings,
  };
}

function entitiesOf(written: readonly WrittenEntity[]): SourcedEntity[] {
  const entities = written.flatMap(({ entity }) => entity ?? []);
  if (entities.length === written.length) return entities;
  return entities.map(entity => ({ ...entity, isUncertain: true }));
}

function isSame({ entity: one }: WrittenEntity, { entity: other }: WrittenEntity): boolean {
  return one && other ? isSamePerson(one, other) : one === other;
}

function isSamePerson(one: Entity, other: Entity): boolean {
  const facts = [one, other].map(({ metadata, spec }) => [
    Object.entries(metadata.annotations ?? {}).sort(),
    (spec?.profile as { email?: unknown } | undefined)?.email,
  ]);
  return JSON.stringify(facts[0]) === JSON.stringify(facts[1]);
}

/** @internal */
export function placeOf({ source }: { readonly source?: FindingSource }): string {
  if (!source) return 'the catalog';
  return source.line === undefined ? source.file : `${source.file}:${source.line}`;
}

/**
 * What a user is known again by in a list that is read from one server.
 *
 * @internal
 */
export function keyOfUser(payload: unknown): unknown {
  const id = (payload as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? id : JSON.stringify(payload);
}

const userKeys = [
  'id',
  'name',
  'slug',
  'displayName',
  'emailAddress',
  'active',
  'type',
  'directoryName',
  'mutableDetails',
  'lastAuthenticationTimestamp',
];

/**
 * What an audit needs of a user: links and the like are megabytes.
 *
 * @internal
 */
export function slimUser(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    userKeys.flatMap(key =>
      Object.hasOwn(payload, key) ? [[key, (payload as Record<string, unknown>)[key]]] : [],
    ),
  );
}
