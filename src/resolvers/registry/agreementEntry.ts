import { z } from 'zod/v3';
import { createConfigError, readNamedItem } from '../../config';
import { agreement } from '../matchers';
import { optionSchemas } from './optionSchemas';
import type { ResolverEntry } from './resolverEntry';
import { resolverRegistry } from './resolverRegistry';

const shape = {
  of: z
    .array(z.record(z.unknown()))
    .min(2)
    .describe(
      'The resolvers that must all name the same entity: [{ resolver: <name>, …options }].',
    ),
};

// Steps of an agreement have no policy of their own, so the options of a step are unknown there.
const parts = Object.fromEntries(
  Object.entries(resolverRegistry).map(([name, entry]) => [
    name,
    { ...entry, optionsSchema: entry.matcherSchema },
  ]),
);

/**
 * `agreement`: all resolvers of its list must name the same entity.
 *
 * @internal
 */
export const agreementEntry: ResolverEntry = {
  matcherSchema: z.object(shape).strict(),
  // Several attributes give no one name, so there is no sign-in without a user here.
  optionsSchema: z.object({ ...shape, ...optionSchemas.policy }).strict(),
  createMatcher: (options, env) =>
    agreement(readParts(options).map(part => parts[part.name]!.createMatcher(part.options, env))),
  warnings(options) {
    const all = readParts(options);
    // A forged email alone gets nobody in when an attribute that cannot be forged must agree.
    const emails = all.filter(part => part.name.startsWith('email'));
    const relevant = emails.length < all.length ? all.filter(part => !emails.includes(part)) : all;
    return relevant.flatMap(part => parts[part.name]!.warnings(part.options));
  },
};

function readParts(options: Record<string, unknown>) {
  return (options.of as unknown[]).map((item, index) => {
    const nested = item as { resolver?: unknown };
    if (nested.resolver === 'agreement') {
      throw createConfigError(`of[${index}].resolver`, 'must not be an agreement itself');
    }
    return readNamedItem(item, `of[${index}]`, { nameKey: 'resolver', registry: parts });
  });
}
