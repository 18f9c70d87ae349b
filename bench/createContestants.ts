import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AuthService } from '@backstage/backend-plugin-api';
import { CatalogClient } from '@backstage/catalog-client';
import { ConfigReader } from '@backstage/config';
import { commonSignInResolvers, readDeclarativeSignInResolver } from '@backstage/plugin-auth-node';
import type {
  AuthResolverContext,
  SignInResolver,
  SignInResolverFactory,
} from '@backstage/plugin-auth-node';
import { bitbucketServerSignInResolvers as upstreamResolvers } from '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
import { idAnnotation } from './benchUsers';
import { createCountingFetch } from './countingFetch';

// The package as it is published: what compiles TypeScript on the fly puts a call around every closure.
const load = createRequire(__filename);
const resolvers = load(join(__dirname, '../dist/resolvers')) as typeof import('../src/resolvers');
const lookups = load(join(__dirname, '../dist/lookup')) as typeof import('../src/lookup');
const profiles = load(join(__dirname, '../dist/profile')) as typeof import('../src/profile');

/** A person who signs in. */
export interface BenchPerson {
  readonly id: number;
  readonly username: string;
  readonly email: string;
}

/** A sign-in as the authenticator hands it over; making it is nobody's share of the race. */
export interface BenchSignIn {
  readonly profile: { readonly email: string };
  readonly result: { readonly fullProfile: object };
}

/** One way to resolve people, with a count of what it asks the catalog. */
export interface Contestant {
  prepare(person: BenchPerson): BenchSignIn;
  /** Resolves a sign-in; whoever matches nobody counts as resolved too. */
  resolve(signIn: BenchSignIn): Promise<void>;
  readonly requests: ReturnType<typeof createCountingFetch>;
}

/** The upstream resolvers that a chain is made of; both of the module and those of Backstage. */
export type UpstreamStep = keyof typeof upstreamSteps;
const upstreamSteps = {
  email: upstreamResolvers.emailMatchingUserEntityProfileEmail,
  emailAgain: commonSignInResolvers.emailMatchingUserEntityProfileEmail,
  localPart: commonSignInResolvers.emailLocalPartMatchingUserEntityName,
};

const baseUrl = 'https://bitbucket.example.com';

export type OwnStep = 'id' | 'email' | 'username';

export interface CatalogAccess {
  readonly baseUrl: string;
  readonly token: string;
}

function createClient({ baseUrl }: CatalogAccess) {
  const requests = createCountingFetch();
  const client = new CatalogClient({
    discoveryApi: { getBaseUrl: async () => baseUrl },
    fetchApi: { fetch: requests.fetch },
  });
  return { client, requests };
}

/** What Backstage's own reader makes of the steps, in Backstage's own context. */
export function createUpstream(access: CatalogAccess, steps: readonly UpstreamStep[]): Contestant {
  const { client, requests } = createClient(access);
  const { token } = access;
  const resolver = readDeclarativeSignInResolver({
    config: new ConfigReader({ signIn: { resolvers: steps.map(step => ({ resolver: step })) } }),
    // Each takes its own options; none of them is given any here.
    signInResolverFactories: upstreamSteps as Record<string, SignInResolverFactory>,
  })! as SignInResolver<unknown>;
  const { CatalogAuthResolverContext } = load(
    '@backstage/plugin-auth-backend/dist/lib/resolvers/CatalogAuthResolverContext.cjs.js',
    // Not part of the package's types: the context that each provider of an auth backend is given.
  ) as { CatalogAuthResolverContext: { create(options: object): AuthResolverContext } };
  const context = CatalogAuthResolverContext.create({
    auth: { getOwnServiceCredentials: async () => ({}) },
    catalog: {
      getEntities: (request: never) => client.getEntities(request, { token }),
      getEntityByRef: (ref: never) => client.getEntityByRef(ref, { token }),
    },
    // Tokens are the same for both, and left out.
    tokenIssuer: { issueToken: async () => ({ token: 'x' }) },
    userInfo: { addUserInfo: async () => undefined },
  });
  return {
    requests,
    prepare({ id, username, email }) {
      const fullProfile = { provider: 'bitbucketServer', id: String(id), username };
      return { profile: { email }, result: { fullProfile } };
    },
    async resolve(signIn) {
      await resolver(signIn, context).catch(() => undefined);
    },
  };
}

export interface OwnContestant extends Contestant {
  readonly lookup: ReturnType<typeof lookups.createCatalogUserLookup>;
}

/** The evaluator of this package over its cached lookup. */
export function createOwn(
  access: CatalogAccess,
  names: readonly OwnStep[],
  options: Partial<Parameters<typeof lookups.createCatalogUserLookup>[0]> = {},
): OwnContestant {
  const { client, requests } = createClient(access);
  // The two methods that are called; signing a token is not what is measured.
  const auth = {
    getOwnServiceCredentials: async () => ({}),
    getPluginRequestToken: async () => ({ token: access.token }),
  } as unknown as AuthService;
  const lookup = lookups.createCatalogUserLookup({ catalog: client, auth, ...options });
  const { matchers } = resolvers;
  const all = {
    id: matchers.annotation({ from: 'id', annotation: idAnnotation }),
    email: matchers.profileEmail({ allowedDomains: ['corp.example.com', 'other.example.com'] }),
    username: matchers.entityName({ from: 'username' }),
  };
  const steps = names.map(name => ({ matcher: all[name] }));
  return {
    requests,
    lookup,
    prepare({ id, username: name, email: emailAddress }) {
      const user = profiles.parseBitbucketServerUser({ id, name, slug: name, emailAddress });
      const fullProfile = profiles.toPassportProfile(user, { baseUrl });
      return { profile: { email: emailAddress }, result: { fullProfile } };
    },
    async resolve(signIn) {
      await resolvers.evaluate({ steps, subject: profiles.toSubject(signIn), lookup });
    },
  };
}
