import type { SimulatedPerson } from '../SimulatorOptions';

/**
 * Headers that Bitbucket puts on every answer to an authenticated person, a 404 included. The name travels
 * percent-encoded, so it is a legal header whatever it contains.
 */
export function identityHeaders(person: SimulatedPerson | undefined): Record<string, string> {
  if (!person) {
    return {};
  }
  const headers: Record<string, string> = {};
  if (person.user.name !== undefined) {
    headers['X-AUSERNAME'] = encode(person.user.name);
  }
  if (person.user.id !== undefined) {
    headers['X-AUSERID'] = encode(person.user.id);
  }
  return headers;
}

function encode(value: unknown): string {
  // A lone surrogate would make encodeURIComponent throw; UTF-8 turns it into U+FFFD.
  return encodeURIComponent(Buffer.from(String(value), 'utf8').toString('utf8'));
}
