import type { SimulatedPerson } from '../../demo/bitbucket';

/** A person who signs in, as Bitbucket names them. */
export interface BenchPerson {
  readonly id: number;
  readonly username: string;
  readonly email: string;
}

/** Somebody whom each attribute finds. */
export function known(index: number): BenchPerson {
  return {
    id: 100_000 + index,
    username: `person-${index}`,
    email: `person-${index}@corp.example.com`,
  };
}

/** Somebody whom the email does not find, but the username or the local part of the email. */
export function knownByName(index: number): BenchPerson {
  return { ...known(index), email: `person-${index}@other.example.com` };
}

/** Somebody who is in no catalog. */
export function unknown(index: number): BenchPerson {
  return {
    id: 800_000_000 + index,
    username: `nobody-${index}`,
    email: `nobody-${index}@other.example.com`,
  };
}

/** What Bitbucket Server says about somebody. */
export function bitbucketUser({ id, username, email }: BenchPerson): SimulatedPerson['user'] {
  return {
    id,
    name: username,
    slug: username,
    displayName: `Person ${username}`,
    emailAddress: email,
    active: true,
    type: 'NORMAL',
  };
}
