import { createRequire } from 'node:module';
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
import { idAnnotation } from '../world/benchUsers';
import { bitbucketUser } from '../world/people';
import type { BenchPerson } from '../world/people';
import type { BenchCatalog } from '../world/startCatalog';
import { createCountingFetch } from './countingFetch';

// The package as it is published: what compiles TypeScript on the fly puts a call around every closure.
const load = createRequire(__filename);
const ours = load(
  'backstage-plugin-auth-backend-module-bitbucket-server',
) as typeof import('../../src');

type SignIn = Parameters<SignInResolver<unknown>>[0];

/** One way to resolve people, with a count of what it asks the catalog. */
export interface Contestant {
  /** A sign-in as the authenticator hands it over; making it is nobody's share of the race. */
  prepare(person: BenchPerson): SignIn;
  /** Resolves a sign-in; whoever matches nobody counts as resolved too. */
  resolve(signIn: SignIn): Promise<void>;
  readonly requests: ReturnType<typeof createCountingFetch>;
}

export type OwnStep = 'id' | 'slug' | 'email' | 'username';

/** The resolvers that upstream's module offers by name; of two with one name it keeps Backstage's. */
const upstreamFactories = { ...upstreamResolvers, ...commonSignInResolvers };
export type UpstreamStep = keyof typeof upstreamFactories;

const baseUrl = 'https://bitbucket.example.com';

function createClient(catalog: BenchCatalog) {
  const requests = createCountingFetch();
  const client = new CatalogClient({
    discoveryApi: { getBaseUrl: async () => catalog.baseUrl },
    fetchApi: { fetch: requests.fetch },
  });
  return { client, requests };
}

/** The context that each provider of an auth backend is given; signing a token is left out. */
function createContext(client: CatalogClient, token: string): AuthResolverContext {
  const { CatalogAuthResolverContext } = load(
    '@backstage/plugin-auth-backend/dist/lib/resolvers/CatalogAuthResolverContext.cjs.js',
    // Not part of the package's types.
  ) as { CatalogAuthResolverContext: { create(options: object): AuthResolverContext } };
  return CatalogAuthResolverContext.create({
    auth: { getOwnServiceCredentials: async () => ({}) },
    catalog: {
      getEntities: (request: never) => client.getEntities(request, { token }),
      getEntityByRef: (ref: never) => client.getEntityByRef(ref, { token }),
    },
    tokenIssuer: { issueToken: async () => ({ token: 'x' }) },
    userInfo: { addUserInfo: async () => undefined },
  });
}

/** What Backstage's own reader makes of the steps, as upstream's module calls it. */
export function createUpstream(catalog: BenchCatalog, steps: readonly UpstreamStep[]): Contestant {
  const { client, requests } = createClient(catalog);
  const resolver = readDeclarativeSignInResolver({
    config: new ConfigReader({ signIn: { resolvers: steps.map(step => ({ resolver: step })) } }),
    // Each takes its own options; none of them is given any here.
    signInResolverFactories: upstreamFactories as Record<string, SignInResolverFactory>,
  })! as SignInResolver<unknown>;
  const context = createContext(client, catalog.token);
  return {
    requests,
    prepare({ id, username, email }) {
      const fullProfile = { provider: 'bitbucketServer', id: String(id), username };
      return { profile: { email }, result: { fullProfile } };
    },
    resolve: signIn => settle(resolver(signIn, context)),
  };
}

/** A resolver of this package over its lookup. */
export function createOwn(
  catalog: BenchCatalog,
  names: readonly OwnStep[],
  lookupOptions: Partial<Parameters<typeof ours.createCatalogUserLookup>[0]> = {},
): Contestant {
  const { client, requests } = createClient(catalog);
  // The two methods that are called; signing a token is not what is measured.
  const auth = {
    getOwnServiceCredentials: async () => ({}),
    getPluginRequestToken: async () => ({ token: catalog.token }),
  } as unknown as AuthService;
  const { matchers } = ours;
  const all = {
    id: matchers.annotation({ from: 'id', annotation: idAnnotation }),
    // That annotation is in no entity.
    slug: matchers.annotation({ from: 'slug', annotation: 'bitbucket.example.com/user-slug' }),
    email: matchers.profileEmail({ allowedDomains: ['corp.example.com', 'other.example.com'] }),
    username: matchers.entityName({ from: 'username' }),
  };
  const resolver = ours.createSignInResolver({
    match: names.map(name => all[name]),
    lookup: ours.createCatalogUserLookup({ catalog: client, auth, ...lookupOptions }),
  });
  const context = createContext(client, catalog.token);
  return {
    requests,
    prepare(person) {
      const user = ours.parseBitbucketServerUser(bitbucketUser(person));
      const fullProfile = ours.toPassportProfile(user, { baseUrl });
      return { profile: { email: person.email }, result: { fullProfile } };
    },
    resolve: signIn => settle(resolver(signIn, context)),
  };
}

/** Nobody found is an answer too; everything else is a mistake of the bench. */
async function settle(resolution: Promise<unknown>): Promise<void> {
  try {
    await resolution;
  } catch (error) {
    if (!(error instanceof Error) || !meansNobody(error)) throw error;
  }
}

function meansNobody({ name, message }: Error): boolean {
  // Backstage's reader has no name for it when the last of several resolvers has found nobody.
  return name === 'NotFoundError' || message.startsWith('Failed to sign-in, unable to resolve');
}
