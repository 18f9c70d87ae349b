import { createFasterOf } from '../../src/lookup/createFasterOf';
import { user } from './support/people';

const request = { field: 'spec.profile.email', values: ['a'], fields: [] } as const;

/** Two ways that take as long as the test says. */
function setUp() {
  let time = 0;
  const costs = { reliable: 10, shortcut: 10 };
  const asked: string[] = [];
  let shortcut: () => unknown = () => [user('by-shortcut')];
  const search = createFasterOf(
    async () => {
      asked.push('reliable');
      time += costs.reliable;
      return [user('by-reliable')];
    },
    {
      suits: ({ values }) => values[0] !== 'odd',
      async search() {
        asked.push('shortcut');
        time += costs.shortcut;
        return (await shortcut()) as never;
      },
    },
    () => time,
  );
  const ask = async (times: number, value = 'a') => {
    asked.length = 0;
    for (let count = 0; count < times; count += 1) {
      await search({ ...request, values: [value], fields: [] });
    }
    return asked.filter(way => way === 'shortcut').length;
  };
  return { ask, asked, costs, search, setShortcut: (next: typeof shortcut) => (shortcut = next) };
}

describe('the choice between two ways to ask', () => {
  it('stays with the reliable way, and tries the shortcut ever more rarely, when that is slower', async () => {
    const { ask, costs } = setUp();
    costs.shortcut = 20;
    expect(await ask(500)).toBeLessThan(10);
    expect(await ask(500)).toBeLessThan(3);
  });

  it('lets few people find out that the shortcut is a detour', async () => {
    const { ask, costs } = setUp();
    costs.shortcut = 100;
    expect(await ask(250)).toBe(1);
    expect(await ask(250)).toBe(1);
  });

  it('lets few people find out that the shortcut still is one', async () => {
    const { ask, costs } = setUp();
    costs.reliable = 100;
    costs.shortcut = 10;
    expect(await ask(250)).toBeGreaterThan(245);
  });

  it('goes over to the shortcut when that is faster, and back when it no longer is', async () => {
    const { ask, costs } = setUp();
    costs.shortcut = 2;
    expect(await ask(500)).toBeGreaterThan(480);
    costs.shortcut = 50;
    expect(await ask(500)).toBeLessThan(30);
  });

  it('asks the reliable way when the shortcut cannot say, and charges the shortcut for both', async () => {
    const { ask, asked, costs, setShortcut } = setUp();
    costs.shortcut = 1;
    setShortcut(() => undefined);
    expect(await ask(100)).toBeLessThan(8);
    expect(asked.filter(way => way === 'reliable')).toHaveLength(100);
  });

  it('gives the answer of the reliable way when the shortcut fails', async () => {
    const { search, ask, costs, setShortcut } = setUp();
    costs.shortcut = 1;
    setShortcut(() => Promise.reject(new Error('no such parameter')));
    for (let count = 0; count < 5; count += 1) {
      const found = await search({ ...request, values: ['a'], fields: [] });
      expect(found.map(entity => entity.metadata.name)).toEqual(['by-reliable']);
    }
    expect(await ask(500)).toBeLessThan(10);
  });

  it('never takes the shortcut for a request that does not suit it', async () => {
    const { ask, costs } = setUp();
    costs.shortcut = 1;
    expect(await ask(50, 'odd')).toBe(0);
  });
});
