import { isFallbackName } from '../../../src/resolvers/chain/withoutUser';

describe('isFallbackName', () => {
  it.each(['jane', 'jane@corp.com', 'jane+x@corp.com', 'j', '7', 'a.b_c-d'])(
    'accepts %s',
    value => {
      expect(isFallbackName(value)).toBe(true);
    },
  );

  it.each([
    'user:default/jane',
    'default/jane',
    'a:b',
    '',
    ' jane',
    'jane ',
    '_x',
    'x_',
    '-',
    "o'neil",
    'jürgen@corp.com',
    'K\u212a',
    '\u202ejane',
    'jane\n',
    `${'x'.repeat(254)}`,
    undefined,
    7,
  ])('refuses %j', value => {
    expect(isFallbackName(value)).toBe(false);
  });
});
