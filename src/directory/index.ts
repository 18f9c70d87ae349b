export { createDirectoryLookup } from './createDirectoryLookup';
export type { DirectoryLookupOptions } from './createDirectoryLookup';
export { directorySchema, readDirectoryOptions, toAuthorization } from './directoryConfig';
export type { DirectoryCredential, DirectoryOptions } from './directoryConfig';
