import type { Entity } from '@backstage/catalog-model';
import { createTransitiveGroups } from '../../src/ownership';
import type { TransitiveGroupsOptions } from '../../src/ownership';
import { createLogRecorder } from '../support/createLogRecorder';
import { createGroupCatalog, group, ref } from './support';

const me = 'user:default/ada';

describe('transitive groups', () => {
  let clock = 1_700_000_000_000;

  function create(groups: readonly Entity[], options: Partial<TransitiveGroupsOptions> = {}) {
    const world = createGroupCatalog(groups);
    const log = createLogRecorder();
    const extend = createTransitiveGroups({
      catalog: world.catalog,
      auth: world.auth,
      now: () => clock,
      logger: log.logger,
      ...options,
    });
    return { ...world, extend, lines: log.lines };
  }

  const chain = (length: number) =>
    Array.from({ length }, (_, i) => group(`g${i}`, i + 1 < length ? [`g${i + 1}`] : []));

  it('adds all parents of all groups, nearest first, with one request per level', async () => {
    const { extend, requests } = create([
      group('a', ['parent']),
      group('b', ['other-parent']),
      group('parent', ['top']),
      group('other-parent'),
      group('top'),
    ]);
    expect(await extend([me, ref('a'), ref('b')])).toEqual([
      me,
      ...['a', 'b', 'parent', 'other-parent', 'top'].map(ref),
    ]);
    expect(requests).toEqual([
      [ref('a'), ref('b')],
      [ref('parent'), ref('other-parent')],
      [ref('top')],
    ]);
  });

  it('asks nothing for a person without groups', async () => {
    const { extend, requests } = create([]);
    expect(await extend([me])).toEqual([me]);
    expect(await extend([])).toEqual([]);
    expect(requests).toEqual([]);
  });

  it('ends in cycles, of one group and of many', async () => {
    const { extend, requests } = create([
      group('self', ['self']),
      group('x', ['y']),
      group('y', ['z']),
      group('z', ['x']),
    ]);
    expect(await extend([ref('self'), ref('x')])).toEqual(['self', 'x', 'y', 'z'].map(ref));
    expect(requests.flat()).toEqual(['self', 'x', 'y', 'z'].map(ref));
  });

  it('meets every group of a diamond once', async () => {
    const { extend, requests } = create([
      group('low', ['left', 'right']),
      group('left', ['top']),
      group('right', ['top', 'left']),
      group('top'),
    ]);
    expect(await extend([ref('low')])).toEqual(['low', 'left', 'right', 'top'].map(ref));
    expect(requests.map(refs => refs.length)).toEqual([1, 2, 1]);
  });

  it('keeps refs that are no groups as they are, and knows a group in any spelling', async () => {
    const { extend, requests } = create([group('a', ['b']), group('b', ['a'])]);
    const given = ['Group:Default/A', 'not a ref', 'system:default/x', me];
    expect(await extend(given)).toEqual([...given, ref('b')]);
    expect(requests).toEqual([[ref('a')], [ref('b')]]);
  });

  it('keeps a parent that is in no catalog, as Backstage does with direct groups', async () => {
    const { extend } = create([group('a', ['gone'])]);
    expect(await extend([ref('a'), ref('missing')])).toEqual(['a', 'missing', 'gone'].map(ref));
  });

  it('remembers parents for a minute, and of no group that is missing for more than 5 s', async () => {
    const { extend, requests, put } = create([group('a', ['b']), group('b')]);
    await extend([ref('a'), ref('late')]);
    expect(requests.flat()).toHaveLength(3);
    await extend([ref('a'), ref('late')]);
    expect(requests.flat()).toHaveLength(3);

    put(group('late', ['b']));
    clock += 5_001;
    await extend([ref('a'), ref('late')]);
    expect(requests.slice(2)).toEqual([[ref('late')]]);

    put(group('a'));
    clock += 55_000;
    expect(await extend([ref('a')])).toEqual([ref('a')]);
    expect(requests.at(-1)).toEqual([ref('a')]);
  });

  it('remembers nothing with a time of zero, and no more groups than it may', async () => {
    const never = create(chain(2), { ttl: { seconds: 0 } });
    await never.extend([ref('g0')]);
    await never.extend([ref('g0')]);
    expect(never.requests).toHaveLength(4);

    const two = create(chain(3), { maxEntries: 2 });
    await two.extend([ref('g0')]);
    await two.extend([ref('g1')]);
    expect(two.requests).toHaveLength(3);
    await two.extend([ref('g0')]);
    expect(two.requests).toHaveLength(6);
  });

  it('asks once when a thousand members of a group come at the same time', async () => {
    const { extend, requests } = create(chain(3));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => extend([`user:default/u${i}`, ref('g0')])),
    );
    expect(requests).toHaveLength(3);
    expect(answers[999]).toEqual(['user:default/u999', ...['g0', 'g1', 'g2'].map(ref)]);
  });

  it('asks for the groups of a large level in batches', async () => {
    const groups = Array.from({ length: 600 }, (_, i) => group(`g${i}`, ['top']));
    const { extend, requests, lines } = create([...groups, group('top')], { maxRefs: 700 });
    expect(await extend(groups.map(({ metadata }) => ref(metadata.name)))).toHaveLength(601);
    expect(requests.map(refs => refs.length)).toEqual([250, 250, 100, 1]);
    expect(lines).toEqual([]);
  });

  it('stops at the limit of levels, with one warning', async () => {
    const { extend, requests, lines } = create(chain(40));
    expect(await extend([ref('g0')])).toHaveLength(21);
    expect(requests).toHaveLength(20);
    await extend([ref('g1')]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn: .*more than 20 levels/);
  });

  it('stops at the limit of refs with one warning, keeps the nearest and drops nothing given', async () => {
    const wide = Array.from({ length: 10 }, (_, i) => `p${i}`);
    const { extend, lines } = create(
      [group('a', wide), ...wide.map(name => group(name, ['top']))],
      {
        maxRefs: 4,
      },
    );
    expect(await extend([me, ref('a')])).toEqual([me, ...['a', 'p0', 'p1'].map(ref)]);
    expect(await extend([me, 'x', 'y', 'z', ref('a')])).toEqual([me, 'x', 'y', 'z', ref('a')]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn: .*more than 4 ownership refs/);
  });

  it('is exact at the limit of refs, without a warning', async () => {
    const { extend, lines } = create(chain(4), { maxRefs: 5 });
    expect(await extend([me, ref('g0')])).toHaveLength(5);
    expect(lines).toEqual([]);
  });

  describe('when the catalog fails', () => {
    it('rejects instead of leaving groups out, and asks again the next time', async () => {
      const { extend, state } = create(chain(3));
      state.fail = new Error('down');
      await expect(extend([me, ref('g0')])).rejects.toThrow('down');
      await expect(extend([me, ref('g0')], { refresh: true })).rejects.toThrow('down');
      state.fail = undefined;
      expect(await extend([me, ref('g0')])).toHaveLength(4);
    });

    it('rejects when it fails half way up', async () => {
      const { extend, state } = create(chain(3));
      await extend([ref('g1')]);
      state.fail = new Error('down');
      await expect(extend([me, ref('g0')])).rejects.toThrow('down');
    });

    it('serves a refresh from expired answers for an hour, never a first sign-in, and says so', async () => {
      const { extend, state, lines } = create(chain(3));
      const all = await extend([me, ref('g0')]);
      clock += 60_001;
      state.fail = new Error('down');
      await expect(extend([me, ref('g0')])).rejects.toThrow('down');
      expect(lines).toEqual([]);
      clock += 3_599_999;
      expect(await extend([me, ref('g0')], { refresh: true })).toEqual(all);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^warn: .*does not answer requests for parent groups.*down/);
      clock += 1;
      await expect(extend([me, ref('g0')], { refresh: true })).rejects.toThrow('down');

      state.fail = undefined;
      expect(await extend([me, ref('g0')], { refresh: true })).toEqual(all);
      expect(lines.at(-1)).toMatch(/^info: .*again/);
    });

    it('rejects an answer of another length, and one of another entity', async () => {
      const { extend, state } = create(chain(2));
      state.answer = items => items.slice(1);
      await expect(extend([ref('g0')])).rejects.toThrow('0 entities to 1 refs');
      state.answer = () => [group('g1')];
      await expect(extend([ref('g0')])).rejects.toThrow('answered group:default/g1');
      state.answer = ([first]) => [{ ...first!, kind: 'User' }];
      await expect(extend([ref('g0')])).rejects.toThrow('answered user:default/g0');
      state.answer = undefined;
      expect(await extend([ref('g0')])).toEqual(['g0', 'g1'].map(ref));
    });

    it('rejects when the catalog does not answer in time', async () => {
      jest.useFakeTimers();
      try {
        const { extend, state } = create(chain(2), { timeout: { milliseconds: 50 } });
        state.gate = new Promise(() => undefined);
        const asked = expect(extend([ref('g0')])).rejects.toThrow('no answer within 50 ms');
        await jest.advanceTimersByTimeAsync(50);
        await asked;
      } finally {
        jest.useRealTimers();
      }
    });
  });
});
