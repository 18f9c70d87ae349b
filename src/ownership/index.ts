export { createTransitiveGroups } from './createTransitiveGroups';
export type { TransitiveGroupsOptions } from './createTransitiveGroups';
export { ownershipSchema } from './ownershipConfig';
