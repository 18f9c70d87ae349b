export { checkKeys } from './checkKeys';
export { createConfigError } from './createConfigError';
export { parseOptions } from './parseOptions';
export { readNamedItem, readNamedList } from './readNamedList';
export type { NamedItem, ReadNamedListOptions } from './readNamedList';
export { readMilliseconds } from './readMilliseconds';
export type { ReadMillisecondsOptions } from './readMilliseconds';
