import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { readField } from '../../lookup';
import type { BitbucketServerResolverName } from '../../resolvers';
import type { AuditSettings, MemoryUserLookup } from '../world';

/** More domains than this are no company's. */
const maxDomains = 5;

/**
 * The order in which a suggestion asks: what people cannot choose for themselves first. A username is
 * given by an administrator; an email can be edited in an internal directory; a slug is made up by
 * Bitbucket, and a local part says nothing of the domain.
 */
const safestFirst: readonly BitbucketServerResolverName[] = [
  'agreement',
  'userIdMatchingUserEntityAnnotation',
  'usernameMatchingUserEntityAnnotation',
  'userSlugMatchingUserEntityAnnotation',
  'usernameMatchingUserEntityName',
  'emailMatchingUserEntityAnnotation',
  'emailMatchingUserEntityProfileEmail',
  'userSlugMatchingUserEntityName',
  'emailLocalPartMatchingUserEntityName',
];

const suffixes = {
  userIdMatchingUserEntityAnnotation: 'user-id',
  usernameMatchingUserEntityAnnotation: 'username',
  userSlugMatchingUserEntityAnnotation: 'user-slug',
  emailMatchingUserEntityAnnotation: 'email',
};

/**
 * The resolvers that a suggestion may be made of, safest first: those of the config with their
 * options, and every other one with its defaults. What the config allows of emails (domains, trust)
 * holds for resolvers by email that the config does not have, too.
 *
 * @internal
 */
export function candidateResolvers(
  settings: AuditSettings,
  lookup: MemoryUserLookup,
  entities: readonly Entity[],
): JsonObject[] {
  const configured = settings.resolvers.map(withoutPolicy);
  const names = new Set(configured.map(({ resolver }) => resolver));
  const emailOptions = inheritedEmailOptions(configured);
  const others = safestFirst
    .filter(name => name !== 'agreement' && !names.has(name))
    .flatMap((name): JsonObject[] => {
      if (Object.hasOwn(suffixes, name)) {
        const key = `${settings.host}/${suffixes[name as keyof typeof suffixes]}` as const;
        if (!lookup.hasField(`metadata.annotations.${key}`)) return [];
      }
      if (!name.startsWith('email')) return [{ resolver: name }];
      if (name !== 'emailLocalPartMatchingUserEntityName') {
        return [{ resolver: name, ...emailOptions }];
      }
      // Without its domains, the same local part of every domain would be the same person.
      const allowedDomains = emailOptions.allowedDomains ?? domainsOf(entities);
      return allowedDomains ? [{ resolver: name, ...emailOptions, allowedDomains }] : [];
    });
  const rank = ({ resolver }: JsonObject) =>
    safestFirst.indexOf(resolver as BitbucketServerResolverName);
  return [...configured, ...others].sort((a, b) => rank(a) - rank(b));
}

function withoutPolicy(item: JsonObject): JsonObject {
  const { onMissing, onNoMatch, onDenied, onAmbiguous, ...rest } = item;
  const { dangerouslyAllowSignInWithoutUserInCatalog, ...options } = rest;
  return options;
}

function inheritedEmailOptions(configured: readonly JsonObject[]): JsonObject {
  const email = configured.find(({ resolver }) => String(resolver).startsWith('email'));
  return {
    ...(email?.allowedDomains !== undefined && { allowedDomains: email.allowedDomains }),
    ...(email?.emailTrust !== undefined && { emailTrust: email.emailTrust }),
  };
}

function domainsOf(entities: readonly Entity[]): string[] | undefined {
  const domains = new Set<string>();
  for (const entity of entities) {
    const email = readField(entity, 'spec.profile.email');
    const domain = typeof email === 'string' ? /@([a-z0-9.-]+)$/i.exec(email)?.[1] : undefined;
    if (domain) domains.add(domain.toLowerCase());
  }
  return domains.size > 0 && domains.size <= maxDomains ? [...domains].sort() : undefined;
}
