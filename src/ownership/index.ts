export { createTransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroupsOptions } from './TransitiveGroupsOptions';
export { ownershipSchema, readOwnershipOptions } from './ownershipConfig';
export type { OwnershipOptions } from './ownershipConfig';
