import type { Entity } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import fc from 'fast-check';
import { readAuditSettings, runAudit } from 'backstage-bitbucket-server';
import type { AuditReport, AuditSettings } from 'backstage-bitbucket-server';
import { userEntity } from '../support/createEntityLookup';

export const host = 'bitbucket.corp.example';

export interface TestWorld {
  readonly resolvers: JsonObject[];
  readonly transforms?: JsonObject[];
  readonly payloads: JsonObject[];
  readonly entities: Entity[];
}

export function settingsOf({ resolvers, transforms = [] }: TestWorld): AuditSettings {
  return readAuditSettings(
    new ConfigReader({
      auth: {
        providers: {
          bitbucketServer: {
            production: { host, signIn: { resolvers }, profileTransforms: transforms },
          },
        },
      },
    }),
  );
}

export async function audit(world: TestWorld): Promise<AuditReport> {
  const { payloads, entities } = world;
  return runAudit({ settings: settingsOf(world), payloads, entities });
}

let nextId = 1;

/** A payload of Bitbucket's list; every key can be overridden. */
export function bitbucketUser(name: string, rest: JsonObject = {}): JsonObject {
  nextId += 1;
  const slug = name.toLowerCase().replace(/[^a-z0-9.-]/g, '_');
  return { id: nextId, name, slug, displayName: name, active: true, type: 'NORMAL', ...rest };
}

/** A second account that becomes the entity of the first one by its slug. */
export function twinOf(name: string, suffix = '-admin'): JsonObject {
  return bitbucketUser(`${name}${suffix}`, { slug: name });
}

// Few values and all their twins, so that worlds are full of collisions.
const names = ['kim', 'Kim', 'KIM', 'jane', 'jane.doe', 'j_doe', 'j@doe', 'sam', '\u212aim', 'x'];
const emails = [
  'kim@corp.example',
  'Kim@Corp.Example',
  '\u212aim@corp.example',
  'jane@corp.example',
  'jane+git@corp.example',
  'jane@other.example',
  'jos\u00e9@corp.example',
  'jose\u0301@corp.example',
  'email',
  '',
];

const payload = fc
  .record({
    id: fc.integer({ min: 1, max: 12 }),
    name: fc.constantFrom(...names),
    slug: fc.constantFrom('kim', 'jane', 'jane.doe', 'j_doe', 'sam', 'x'),
    emailAddress: fc.option(fc.constantFrom(...emails), { nil: undefined }),
    active: fc.oneof(
      { weight: 8, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constant('NORMAL') },
      { weight: 1, arbitrary: fc.constant('SERVICE') },
    ),
    mutableDetails: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map(user => JSON.parse(JSON.stringify({ displayName: user.name, ...user })) as JsonObject);

const entity = fc
  .record({
    name: fc.constantFrom(...names.filter(name => /^[\w.-]+$/.test(name))),
    namespace: fc.constantFrom('default', 'default', 'people'),
    kind: fc.constantFrom('User', 'User', 'User', 'Group'),
    email: fc.option(fc.constantFrom(...emails), { nil: undefined }),
    id: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    username: fc.option(fc.constantFrom(...names), { nil: undefined }),
  })
  .map(({ name, id, username, ...rest }) =>
    userEntity(name, {
      ...rest,
      annotations: {
        ...(id !== undefined && { [`${host}/user-id`]: String(id) }),
        ...(username !== undefined && { [`${host}/username`]: username }),
      },
    }),
  );

const resolver = fc.constantFrom<JsonObject>(
  { resolver: 'userIdMatchingUserEntityAnnotation' },
  { resolver: 'usernameMatchingUserEntityAnnotation' },
  { resolver: 'emailMatchingUserEntityProfileEmail' },
  { resolver: 'emailMatchingUserEntityProfileEmail', allowedDomains: ['corp.example'] },
  { resolver: 'emailMatchingUserEntityProfileEmail', stripPlusTag: true },
  { resolver: 'emailMatchingUserEntityProfileEmail', onAmbiguous: 'next' },
  { resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['corp.example'] },
  { resolver: 'usernameMatchingUserEntityName' },
  { resolver: 'usernameMatchingUserEntityName', normalize: 'underscore' },
  { resolver: 'usernameMatchingUserEntityName', namespaces: ['people', 'default'] },
  { resolver: 'usernameMatchingUserEntityName', namespaces: ['*'], onNoMatch: 'stop' },
  { resolver: 'userSlugMatchingUserEntityName' },
  {
    resolver: 'agreement',
    of: [
      { resolver: 'userIdMatchingUserEntityAnnotation' },
      { resolver: 'emailMatchingUserEntityProfileEmail' },
    ],
  },
);

const transforms = fc.constantFrom<JsonObject[]>(
  [],
  [],
  [{ transform: 'withoutEmail' }],
  [{ transform: 'emailFromUsername', domain: 'corp.example' }],
  [{ transform: 'restrictEmailDomains', allowedDomains: ['corp.example'] }],
  [{ transform: 'restrictEmailDomains', allowedDomains: ['corp.example'], onDenied: 'drop' }],
);

/** Refs are unique, as in a catalog. */
export const anyWorld: fc.Arbitrary<TestWorld> = fc.record({
  resolvers: fc.array(resolver, { minLength: 1, maxLength: 4 }),
  transforms,
  payloads: fc.array(payload, { minLength: 1, maxLength: 12 }),
  entities: fc.uniqueArray(entity, {
    maxLength: 10,
    selector: ({ kind, metadata }) =>
      `${kind}:${metadata.namespace}/${metadata.name}`.toLowerCase(),
  }),
});
