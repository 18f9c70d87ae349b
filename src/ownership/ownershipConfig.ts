import { z } from 'zod/v3';
import { count, strictObject } from '../config';

/** `ownership` of one environment. */
export const ownershipSchema = strictObject({
  transitiveGroups: z
    .boolean()
    .optional()
    .describe(
      'Whether a member of a group also counts as a member of its parent groups. Default: false.',
    ),
  maxRefs: count(10_000)
    .optional()
    .describe(
      'Maximum number of ownership refs of a person, including parent groups; further groups are left out. Default: 500.',
    ),
  maxDepth: count(100)
    .optional()
    .describe(
      'Maximum number of levels of parent groups; groups further up are left out. Each level that is not cached costs one catalog request. Default: 20.',
    ),
}).describe('Which groups count as owners on behalf of a person.');
