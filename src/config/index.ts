export { count, duration, matching, secret, strictObject, text } from './fields';
export { createConfigError, parseOptions } from './parseOptions';
export { readNamedItem, readNamedList } from './readNamedList';
export { checkKeys, locate, readKeys, readSection } from './readSection';
