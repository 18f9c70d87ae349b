export { createTransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroupsOptions } from './TransitiveGroupsOptions';
export { readOwnershipOptions } from './readOwnershipOptions';
export type { OwnershipOptions } from './readOwnershipOptions';
export { ownershipConfigSchema } from './ownershipConfigSchema';
