import type { World } from '../World';
import type { SimulatedPerson } from '../SimulatorOptions';

/** Who sends the request, and with what. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'bad-password' }
  | { kind: 'oauth' | 'access-token' | 'basic'; person: SimulatedPerson };

/**
 * Reads the `Authorization` header. An expired or unknown bearer token makes an anonymous request, not an
 * error: that is why `application-properties` answers 200 to it.
 */
export function authenticateCaller(world: World, authorization: string | undefined): Caller {
  const [scheme = '', ...rest] = (authorization ?? '').split(' ');
  const credential = rest.join(' ').trim();
  if (/^bearer$/i.test(scheme)) {
    const person = world.grants.personOf(credential);
    if (person && world.people.includes(person)) {
      return { kind: 'oauth', person };
    }
    const username = world.serviceTokens.get(credential);
    const owner = username === undefined ? undefined : world.people.byName(username);
    return owner ? { kind: 'access-token', person: owner } : { kind: 'anonymous' };
  }
  if (/^basic$/i.test(scheme)) {
    const decoded = Buffer.from(credential, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const person = world.people.byName(decoded.slice(0, Math.max(colon, 0)));
    return person?.password !== undefined && person.password === decoded.slice(colon + 1)
      ? { kind: 'basic', person }
      : { kind: 'bad-password' };
  }
  return { kind: 'anonymous' };
}

/** The signed-in person of a caller. */
export function personOf(caller: Caller): SimulatedPerson | undefined {
  return 'person' in caller ? caller.person : undefined;
}
