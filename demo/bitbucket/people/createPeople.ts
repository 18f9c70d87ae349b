import type { SimulatedPerson } from '../SimulatorOptions';

/** The accounts of the server, in a stable order. */
export interface People {
  readonly all: readonly SimulatedPerson[];
  /** Exact. The first one, should a test make a world with the same name twice. */
  byName(name: string): SimulatedPerson | undefined;
  /** Exact; the slug is another thing than the name. */
  bySlug(slug: string): SimulatedPerson | undefined;
  includes(person: SimulatedPerson): boolean;
  /** Those whose name, display name or email contains the text, in any letter case; all without a text. */
  containing(filter: string | null): readonly SimulatedPerson[];
  add(person: SimulatedPerson): void;
  update(name: string, patch: Record<string, unknown>): void;
  remove(name: string): void;
}

/** Keeps people in memory. */
export function createPeople(initial: readonly SimulatedPerson[]): People {
  // Copies, so that updateUser of one simulator does not change the payloads that a test shares.
  const all = initial.map(person => ({ ...person }));
  const byName = (name: string) => all.find(({ user }) => user.name === name);
  const existing = (name: string) => {
    const person = byName(name);
    if (!person) {
      throw new Error(`The simulator knows no person named '${name}'`);
    }
    return person;
  };
  return {
    all,
    byName,
    bySlug: slug => all.find(({ user }) => user.slug === slug),
    includes: person => all.includes(person),
    containing(filter) {
      if (!filter) {
        return all;
      }
      const wanted = filter.toLowerCase();
      return all.filter(({ user }) =>
        [user.name, user.displayName, user.emailAddress].some(
          value => typeof value === 'string' && value.toLowerCase().includes(wanted),
        ),
      );
    },
    add(person) {
      all.push({ ...person });
    },
    update(name, patch) {
      const person = existing(name);
      const user = { ...person.user, ...patch };
      for (const key of Object.keys(patch).filter(k => patch[k] === undefined)) {
        delete user[key];
      }
      person.user = user;
    },
    remove(name) {
      all.splice(all.indexOf(existing(name)), 1);
    },
  };
}
