import type { SimulatedPerson } from './bitbucket/SimulatorOptions';

/**
 * Replaces `{baseUrl}` in the `avatarUrl` of the payloads. An absolute address of the own server is one
 * of the two kinds that Bitbucket answers, and its port is known only when the demo starts.
 */
export function fillInBaseUrl(people: SimulatedPerson[], baseUrl: string): SimulatedPerson[] {
  return people.map(person => {
    const { avatarUrl } = person.user;
    if (typeof avatarUrl !== 'string') return person;
    return {
      ...person,
      user: { ...person.user, avatarUrl: avatarUrl.replace('{baseUrl}', baseUrl) },
    };
  });
}
