import { z } from 'zod/v3';
import { count, duration, strictObject } from '../config';

const minute = 60_000;
const hour = 60 * minute;

/** `userLookup` of one environment. */
export const userLookupSchema = strictObject({
  ttl: duration({ min: 0, max: 24 * hour })
    .optional()
    .describe(
      'How long a user that was found is cached, up to 24 hours; `0s` asks every time. Default: 60 seconds.',
    ),
  notFoundTtl: duration({ min: 0, max: hour })
    .optional()
    .describe(
      'How long "no match" and "several matches" are cached, up to 1 hour; `0s` asks every time. Default: 5 seconds.',
    ),
  staleIfError: duration({ min: 0, max: 24 * hour })
    .optional()
    .describe(
      'How long after its `ttl` an answer may be used for a session refresh while the catalog is unavailable, up to 24 hours; `0s` never. Never used for a first sign-in. Default: 1 hour.',
    ),
  timeout: duration({ min: 1, max: 5 * minute })
    .optional()
    .describe('Time limit of one catalog request, up to 5 minutes. Default: 10 seconds.'),
  maxEntries: count(1_000_000)
    .optional()
    .describe('Maximum number of cached answers. Default: 10000.'),
  maxValuesPerRequest: count(1_000)
    .optional()
    .describe(
      'Maximum number of emails or annotation values in one catalog request. Default: 100.',
    ),
  maxRefsPerRequest: count(1_000)
    .optional()
    .describe('Maximum number of names in one catalog request. Default: 1000.'),
  fields: z
    .enum(['all', 'identity'])
    .optional()
    .describe(
      'What is fetched and cached of a user: the whole entity, or only name, email, memberships and the matched annotation. A custom `AuthOwnershipResolver` may need `all`. Default: all.',
    ),
}).describe('How users are looked up in the catalog and cached.');
