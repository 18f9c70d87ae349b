export { createDirectoryLookup } from './createDirectoryLookup';
export type { CreateDirectoryLookupOptions } from './createDirectoryLookup';
export { toAuthorization } from './DirectoryCredential';
export type { DirectoryCredential } from './DirectoryCredential';
export { readDirectoryOptions } from './readDirectoryOptions';
export type { DirectoryOptions } from './readDirectoryOptions';
export { directoryConfigSchema } from './directoryConfigSchema';
