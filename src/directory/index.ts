export { createDirectoryLookup } from './createDirectoryLookup';
export type { DirectoryLookupOptions } from './createDirectoryLookup';
export { directorySchema, readDirectoryOptions } from './directoryConfig';
