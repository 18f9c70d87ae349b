export { createConfigError } from './createConfigError';
export { count, duration, matching, secret, text } from './fields';
export { parseOptions } from './parseOptions';
export { readNamedItem, readNamedList } from './readNamedList';
export type { NamedItem, ReadNamedListOptions } from './readNamedList';
export { checkKeys, locate, readKeys, readSection } from './readSection';
