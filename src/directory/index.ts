export { createDirectoryLookup } from './createDirectoryLookup';
export type { DirectoryLookupOptions } from './createDirectoryLookup';
export type { DirectoryCredential } from './DirectoryCredential';
export { readDirectoryOptions } from './readDirectoryOptions';
export type { DirectoryOptions } from './readDirectoryOptions';
export { directoryConfigSchema } from './directoryConfigSchema';
