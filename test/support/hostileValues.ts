/** Characters that mean something in a filter, a ref, a URL, a header, a log or an object. */
const separators = [
  ',',
  '=',
  '/',
  ':',
  '%',
  '%2C',
  '%00',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\u0000',
  '\u001b[2K',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\u200b',
  '\u200d',
  '\u202e',
  '\u2066',
  '\u00ad',
  ';',
  '"',
  "'",
  '\\',
  '*',
  '?',
  '#',
  '|',
  '&',
  '$',
  '@',
];

/** Values that a stranger could choose in the hope of being taken for `value`. None of them equals it. */
export function hostileValues(value: string): string[] {
  const [head, tail = ''] = [value.slice(0, 1), value.slice(1)];
  const around = separators.flatMap(char => [
    value + char,
    char + value,
    head + char + tail,
    `x${char}${value}`,
    `${value}${char}x`,
  ]);
  const filters = [
    `x,metadata.name=${value}`,
    `x,spec.profile.email=${value}`,
    `x,kind=group`,
    `${value},kind=group`,
    `x&filter=spec.profile.email=${value}`,
    `x%26filter%3Dmetadata.name%3D${value}`,
  ];
  const refs = [
    `default/${value}`,
    `user:${value}`,
    `user:default/${value}`,
    `User:default/${value}`,
    `group:default/${value}`,
    `other/${value}`,
    `../default/${value}`,
    `default%2F${value}`,
  ];
  const twins = [
    value.replace(/[a-z]/, letter => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    value.replace('k', '\u212a'),
    value.replace('K', '\u212a'),
    value.replace('s', '\u017f'),
    value.replace('i', '\u0130'),
    value.replace('i', '\u0131'),
    value.replace('e', '\u0435'),
    value.replace('o', '\u043e'),
    value.replace('c', '\u0441'),
    value.replace('e', 'e\u0301'),
    value.replace('ss', '\u00df'),
    value.replace('.', '\u3002'),
    value.replace('@', '\uff20'),
    value.replace('4', '\uff14'),
    value.replace('4', '\u0664'),
    `${value}\u0301`,
  ];
  const objects = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'undefined',
    'null',
    '[object Object]',
    '',
    '%',
    '*',
    '.',
  ];
  const long = [value.repeat(1000), `${value}${'x'.repeat(100_000)}`, `${'x'.repeat(254)}${value}`];
  const numbers = [`0${value}`, `${value}.0`, `+${value}`, `-${value}`, `${value}e0`, `0x${value}`];
  const all = [...around, ...filters, ...refs, ...twins, ...objects, ...long, ...numbers];
  return [...new Set(all)].filter(
    each =>
      each.toLowerCase() !== value.toLowerCase() ||
      each.length !== value.length ||
      /[^\x00-\x7f]/.test(each),
  );
}
