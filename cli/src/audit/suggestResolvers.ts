import { DEFAULT_NAMESPACE } from '@backstage/catalog-model';
import { ConfigReader } from '@backstage/config';
import type { JsonObject } from '@backstage/types';
import { readSignInSetup, traceChain } from 'backstage-plugin-auth-backend-module-bitbucket-server';
import type {
  BitbucketServerResolverName,
  ChainStep,
  StepOutcome,
  Subject,
} from 'backstage-plugin-auth-backend-module-bitbucket-server';
import { stringify } from 'yaml';
import type { SourcedEntity } from '../findings';
import type { Accounts } from './accounts';
import { nextTurn } from './createAuditRun';
import { bestChain, nobody, refused } from './bestChain';
import type { Column } from './bestChain';
import type { MemoryUserLookup } from './createMemoryCatalog';
import { isKind, readField } from './entities';
import { queriesOf } from './plansOfChain';
import type { AuditSettings } from './readAuditSettings';

/**
 * The best of the lists of resolvers that were compared, on the data of the audit.
 *
 * @public
 */
export interface Suggestion {
  /** Expected people whom the list would sign in as an entity of their own. */
  readonly covered: number;
  /**
   * Usernames of those who would share an entity, or become one that is somebody else according to a
   * safer resolver or another attribute. The list is dangerous until their entities name their accounts
   * by id.
   */
  readonly conflicted: readonly string[];
  /** How many lists were compared. */
  readonly compared: number;
  /** For `signIn.resolvers`. */
  readonly resolvers: readonly JsonObject[];
  /** The lines for `app-config.yaml`. */
  readonly yaml: string;
}

/** @internal */
export interface SuggestInput {
  readonly settings: AuditSettings;
  readonly people: readonly { readonly subject: Subject; readonly isExpected: boolean }[];
  /** By their refs. */
  readonly entities: ReadonlyMap<string, SourcedEntity>;
  /** Refs of entities that exist twice, so it is not known who signs in as them. */
  readonly contested: ReadonlySet<string>;
  readonly accounts: Accounts;
  readonly lookup: MemoryUserLookup;
  /** Ends the work without a suggestion. */
  readonly signal?: AbortSignal;
}

/**
 * Looks for the list of resolvers that would sign the most people in as an entity of their own, by
 * asking the evaluator of the sign-in about every person and every resolver.
 *
 * @returns `undefined` when no list signs anybody in, or when interrupted
 * @internal
 */
export async function suggestResolvers(input: SuggestInput): Promise<Suggestion | undefined> {
  const { settings, people, entities, signal } = input;
  const list = [...entities.values()];
  const numbers = new Map([...entities.keys()].map((ref, index) => [ref, index]));
  const candidates = candidateResolvers(settings, input.lookup, list);
  const columns: Column[] = [];
  for (const resolver of candidates) {
    const match = readChain(resolver, settings);
    const found = new Int32Array(people.length);
    const doubtful = new Uint8Array(people.length);
    for (const [index, { subject }] of people.entries()) {
      if (index % 1000 === 0) {
        await nextTurn();
        if (signal?.aborted) return undefined;
      }
      const number = await ask(match, subject, input, numbers);
      found[index] = number;
      if (number >= 0 && input.accounts.contradictionOf(subject, list[number]!)) {
        doubtful[index] = 1;
      }
    }
    columns.push({ name: String(resolver.resolver), entities: found, doubtful });
  }
  const expected = people.map(({ isExpected }) => isExpected);
  const best = bestChain(columns, expected, entities.size);
  if (!best) return undefined;
  const resolvers = best.columns.map(column => candidates[column]!);
  return {
    covered: best.covered,
    conflicted: best.conflicted.map(index => people[index]!.subject.username ?? ''),
    compared: best.compared,
    resolvers,
    yaml: toYaml(settings, resolvers),
  };
}

function readChain(resolver: JsonObject, { path, baseUrl }: AuditSettings): readonly ChainStep[] {
  // The address was checked when the settings were read; here it only names the host.
  const environment = { baseUrl, dangerouslyAllowHttp: true, signIn: { resolvers: [resolver] } };
  return readSignInSetup(new ConfigReader(environment), path).match;
}

async function ask(
  match: readonly ChainStep[],
  subject: Subject,
  { lookup, contested }: SuggestInput,
  numbers: ReadonlyMap<string, number>,
): Promise<number> {
  // Most resolvers find nothing for most people, which needs no evaluator.
  if (!queriesOf(match, subject).some(query => lookup.candidatesOf(query).length > 0))
    return nobody;
  const { decision, steps } = await traceChain({ match, subject, lookup });
  if (decision.outcome === 'matched') {
    const { userEntityRef: ref } = decision;
    return contested.has(ref) ? refused : numbers.get(ref)!;
  }
  return steps.some(({ outcome }) => stopping.includes(outcome)) ? refused : nobody;
}

/** What ends a chain, whatever follows. */
const stopping: readonly StepOutcome[] = ['ambiguous', 'disagreement', 'otherAccount'];

function toYaml({ path }: AuditSettings, resolvers: readonly JsonObject[]): string {
  const leaf: JsonObject = { signIn: { resolvers: [...resolvers] } };
  const tree = path.split('.').reduceRight<JsonObject>((value, key) => ({ [key]: value }), leaf);
  return stringify(tree);
}

/** With more domains than this, the list is probably not that of one company. */
const maxDomains = 5;

/**
 * The order of resolvers in a suggestion: first those whose value people cannot choose themselves. A
 * username is given by an administrator; an email can be edited in an internal directory; a slug is
 * derived by Bitbucket, and a local part ignores the domain.
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
  'emailMatchingUserEntityName',
  'emailLocalPartMatchingUserEntityName',
];

const suffixes = {
  userIdMatchingUserEntityAnnotation: 'user-id',
  usernameMatchingUserEntityAnnotation: 'username',
  userSlugMatchingUserEntityAnnotation: 'user-slug',
  emailMatchingUserEntityAnnotation: 'email',
};

/**
 * The resolvers that a suggestion may use, safest first: those of the config with their options, and all
 * others with their defaults. Other resolvers by email inherit `allowedDomains` and `emailTrust` from the
 * config. If there are `User` entities outside the default namespace, resolvers by name are also tried
 * over all namespaces.
 */
function candidateResolvers(
  settings: AuditSettings,
  lookup: MemoryUserLookup,
  entities: readonly SourcedEntity[],
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
  const hasNamespaces = entities.some(
    entity => isKind(entity, 'user') && entity.metadata.namespace !== DEFAULT_NAMESPACE,
  );
  const anywhere = [...configured, ...others]
    .filter(({ resolver, namespaces }) => byName.includes(String(resolver)) && !namespaces)
    .map((item): JsonObject => ({ ...item, namespaces: ['*'] }));
  return [...configured, ...others, ...(hasNamespaces ? anywhere : [])].sort(
    (a, b) => rank(a) - rank(b),
  );
}

/** Resolvers that look in the default namespace by default. */
const byName = [
  'usernameMatchingUserEntityName',
  'userSlugMatchingUserEntityName',
  'emailMatchingUserEntityName',
  'emailLocalPartMatchingUserEntityName',
];

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

function domainsOf(entities: readonly SourcedEntity[]): string[] | undefined {
  const domains = new Set<string>();
  for (const entity of entities) {
    const email = readField(entity, 'spec.profile.email');
    const domain = typeof email === 'string' ? /@([a-z0-9.-]+)$/i.exec(email)?.[1] : undefined;
    if (domain) domains.add(domain.toLowerCase());
  }
  return domains.size > 0 && domains.size <= maxDomains ? [...domains].sort() : undefined;
}
