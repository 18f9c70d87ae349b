export { createTransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroups, TransitiveGroupsOptions } from './createTransitiveGroups';
export { ownershipSchema, readOwnershipOptions } from './ownershipConfig';
export type { OwnershipOptions } from './ownershipConfig';
