import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readSignInSetup, traceChain } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  BitbucketServerResolverName,
  ChainStep,
  Subject,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { stringify } from 'yaml';
import { ambiguous, bestChain, nobody } from './bestChain';
import type { MemoryUserLookup } from './createMemoryCatalog';
import { readField } from './entities';
import type { AuditSettings } from './readAuditSettings';

/** @public */
export interface Suggestion {
  /** People whom the list would sign in. */
  readonly covered: number;
  /** For `signIn.resolvers`. */
  readonly resolvers: readonly JsonObject[];
  /** The lines for `app-config.yaml`. */
  readonly yaml: string;
}

/** @internal */
export interface SuggestInput {
  readonly settings: AuditSettings;
  readonly subjects: readonly Subject[];
  readonly entities: readonly Entity[];
  readonly lookup: MemoryUserLookup;
  /** Called now and then. */
  readonly breathe: () => Promise<void>;
  /** Ends the work without a suggestion. */
  readonly signal?: AbortSignal;
}

/**
 * Looks for the list of resolvers that would sign the most people in without a conflict, by asking
 * the evaluator of the sign-in about every person and every resolver.
 *
 * @returns `undefined` when no list signs anybody in, or when interrupted
 * @internal
 */
export async function suggestResolvers(input: SuggestInput): Promise<Suggestion | undefined> {
  const { settings, subjects, entities, lookup, breathe, signal } = input;
  const numbers = new Map(entities.map((entity, index) => [stringifyEntityRef(entity), index]));
  const candidates = candidateResolvers(settings, lookup, entities);
  const columns: Int32Array[] = [];
  for (const resolver of candidates) {
    const match = readChain(resolver, settings);
    const column = new Int32Array(subjects.length);
    for (const [index, subject] of subjects.entries()) {
      if (index % 1000 === 0) {
        await breathe();
        if (signal?.aborted) return undefined;
      }
      column[index] = await ask(match, subject, lookup, numbers);
    }
    columns.push(column);
  }
  const best = bestChain(columns, entities.length);
  if (!best) return undefined;
  const resolvers = best.columns.map(column => candidates[column]!);
  return { covered: best.covered, resolvers, yaml: toYaml(settings, resolvers) };
}

function readChain(resolver: JsonObject, { path, baseUrl }: AuditSettings): readonly ChainStep[] {
  // The address was checked when the settings were read; here it only names the host.
  const environment = { baseUrl, dangerouslyAllowHttp: true, signIn: { resolvers: [resolver] } };
  return readSignInSetup(new ConfigReader(environment), path).match;
}

async function ask(
  match: readonly ChainStep[],
  subject: Subject,
  lookup: MemoryUserLookup,
  numbers: ReadonlyMap<string, number>,
): Promise<number> {
  const { decision, steps } = await traceChain({ match, subject, lookup });
  if (decision.outcome === 'matched') return numbers.get(decision.userEntityRef)!;
  const isAmbiguous = steps.some(
    ({ outcome }) => outcome === 'ambiguous' || outcome === 'disagreement',
  );
  return isAmbiguous ? ambiguous : nobody;
}

function toYaml({ path }: AuditSettings, resolvers: readonly JsonObject[]): string {
  const leaf: JsonObject = { signIn: { resolvers: [...resolvers] } };
  const tree = path.split('.').reduceRight<JsonObject>((value, key) => ({ [key]: value }), leaf);
  return stringify(tree);
}

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

 */
function candidateResolvers(
  settings: AuditSettings,
  lookup: MemoryUserLookup,
  entities: readonly Entity[],
): JsonObject[] {
  const configured = settings.configured.map(withoutPolicy);
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
