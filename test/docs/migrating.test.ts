import { readFileSync } from 'node:fs';
import { commonSignInResolvers } from '@backstage/plugin-auth-node';
import type { AuthResolverContext, SignInInfo, SignInResolver } from '@backstage/plugin-auth-node';
import { bitbucketServerSignInResolvers as upstreamResolvers } from '@backstage/plugin-auth-backend-module-bitbucket-server-provider';
import { bitbucketServerSignInResolvers } from '../../src';
import { environmentKeys } from '../support/configSchema';
import { readDoc } from './support/readDocs';

const upstream = '@backstage/plugin-auth-backend-module-bitbucket-server-provider';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: Schema;
  readonly items?: { readonly anyOf: { properties: { resolver: { const: string } } }[] };
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(require.resolve(path), 'utf8')) as T;
}

function upstreamEnvironment(): Record<string, Schema> {
  const { properties } = readJson<Schema>(`${upstream}/config.schema.json`);
  const provider = properties!.auth!.properties!.providers!.properties!.bitbucketServer!;
  return provider.additionalProperties!.properties!;
}

/** Whom upstream's resolvers ask for; `found` says which of the emails there are. */
async function askedBy(resolver: SignInResolver<unknown>, email: string, found: string[]) {
  const asked: unknown[] = [];
  const context: Partial<AuthResolverContext> = {
    async signInWithCatalogUser(query) {
      const value =
        'filter' in query && (query.filter as Record<string, string>)['spec.profile.email'];
      asked.push(value);
      if (found.includes(String(value))) return { token: 'token' };
      throw Object.assign(new Error('nobody'), { name: 'NotFoundError' });
    },
  };
  const info: SignInInfo<unknown> = { profile: { email }, result: {} };
  await resolver(info, context as AuthResolverContext);
  return asked;
}

describe('docs/migrating.md, of the upstream module', () => {
  const byEmail = commonSignInResolvers.emailMatchingUserEntityProfileEmail;

  it('compares with the version that is installed here', () => {
    const { version } = readJson<{ version: string }>(`${upstream}/package.json`);
    expect(readDoc('docs/migrating.md').text).toContain(`version ${version}:`);
  });

  it('says that every key keeps working', () => {
    expect(environmentKeys).toEqual(expect.arrayContaining(Object.keys(upstreamEnvironment())));
  });

  it('says that the names of the resolvers keep working', () => {
    const inSchema = upstreamEnvironment().signIn!.properties!.resolvers!.items!.anyOf.map(
      ({ properties }) => properties.resolver.const,
    );
    const inCode = Object.keys({ ...upstreamResolvers, ...commonSignInResolvers });
    expect(Object.keys(bitbucketServerSignInResolvers)).toEqual(
      expect.arrayContaining([...inSchema, ...inCode]),
    );
  });

  it('says that it accepts allowedDomains for the email and does not enforce them', async () => {
    const resolver = byEmail({ allowedDomains: ['example.com'] });
    const asked = await askedBy(resolver, 'ada@elsewhere.example', ['ada@elsewhere.example']);
    expect(asked).toEqual(['ada@elsewhere.example']);
  });

  it('says that it tries an address with a tag without it too', async () => {
    const asked = await askedBy(byEmail(), 'ada+x@example.com', ['ada@example.com']);
    expect(asked).toEqual(['ada+x@example.com', 'ada@example.com']);
  });

  it('says that a missing email ends the chain there', async () => {
    // Its reader goes on after a NotFoundError only.
    await expect(askedBy(byEmail(), '', [])).rejects.not.toMatchObject({ name: 'NotFoundError' });
  });
});
