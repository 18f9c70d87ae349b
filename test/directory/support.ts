import type { Subject } from '../../src/profile';
import type { SimulatedPerson } from '../../demo/bitbucket';

export const readOnlyDirectory = {
  directoryName: 'Corporate LDAP',
  mutableDetails: false,
};

export function person(
  id: number,
  name: string,
  emailAddress: string,
  more: Partial<SimulatedPerson> = {},
): SimulatedPerson {
  return {
    user: {
      id,
      name,
      slug: name.toLowerCase(),
      displayName: name,
      emailAddress,
      active: true,
      type: 'NORMAL',
    },
    ...more,
  };
}

export function subjectOf({ user }: SimulatedPerson, more: Partial<Subject> = {}): Subject {
  return {
    id: String(user.id),
    username: String(user.name),
    slug: String(user.slug),
    email: String(user.emailAddress),
    emailOrigin: 'payload',
    refresh: false,
    ...more,
  };
}
