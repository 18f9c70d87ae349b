import { stringify } from 'yaml';
import type { SimulatedPerson } from '../bitbucket/SimulatorOptions';
import type { OwnAppOptions } from './readOwnAppOptions';

/** So many entities are printed; a whole company would scroll the config out of sight. */
const MAX_ENTITIES = 3;

/** The block of `app-config.yaml` that lets a Backstage sign in against the simulator at `baseUrl`. */
export function describeAppConfig(
  { clientId, clientSecret }: Pick<OwnAppOptions, 'clientId' | 'clientSecret'>,
  baseUrl: string,
): string {
  const development = {
    baseUrl,
    clientId,
    clientSecret,
    signIn: {
      resolvers: [
        { resolver: 'userIdMatchingUserEntityAnnotation' },
        { resolver: 'usernameMatchingUserEntityName' },
      ],
    },
  };
  return stringify({
    auth: { environment: 'development', providers: { bitbucketServer: { development } } },
    backend: { csp: { 'img-src': ["'self'", 'data:', new URL(baseUrl).origin] } },
  });
}

/** User entities for the first people who can sign in, as documents to append to a catalog file. */
export function describeEntities(people: readonly SimulatedPerson[], baseUrl: string): string {
  const annotation = `${new URL(baseUrl).hostname}/user-id`;
  const entities = people
    .filter(canSignIn)
    .slice(0, MAX_ENTITIES)
    .map(({ user }) =>
      stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: {
          name: entityNameOf(String(user.slug)),
          ...(user.id !== undefined && { annotations: { [annotation]: String(user.id) } }),
        },
        spec: {
          profile: { displayName: user.displayName, email: user.emailAddress },
          memberOf: [],
        },
      }),
    );
  return entities.map(entity => `---\n${entity}`).join('');
}

function canSignIn({ user }: SimulatedPerson): boolean {
  return user.active !== false && user.type !== 'SERVICE';
}

/** Backstage takes letters and digits, and `-`, `_` and `.` between them; at most 63 of them. */
function entityNameOf(slug: string): string {
  const name = slug
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 63)
    .replace(/^[._-]+|[._-]+$/g, '');
  return name || 'user';
}
