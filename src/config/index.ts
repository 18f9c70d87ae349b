export { count, duration, matching, secret, text } from './fields';
export { createConfigError, parseOptions } from './parseOptions';
export { readNamedItem, readNamedList } from './readNamedList';
export { checkKeys, locate, readKeys, readSection } from './readSection';
