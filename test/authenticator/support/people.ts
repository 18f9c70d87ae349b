import type { SimulatedPerson } from '../../../demo/bitbucket';

/** Somebody whose username is an email address, as in many companies. */
export const jane = {
  id: 101,
  name: 'jdoe@corp.example',
  slug: 'jdoe_corp.example',
  displayName: 'Jane Doe',
  emailAddress: 'jane@corp.example',
  active: true,
  type: 'NORMAL',
};

/** Those who fill one page of the user list and more; every name holds the given one, none equals it. */
export function createNamesakes(name: string, count: number): SimulatedPerson[] {
  return Array.from({ length: count }, (_, index) => ({
    user: { ...jane, id: 1_000 + index, name: `${name}-${index}`, slug: `namesake-${index}` },
  }));
}
