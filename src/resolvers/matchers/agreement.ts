import type { AgreementPart, Matcher } from './Matcher';

/**
 * A matcher whose parts must all name the same entity. Two that name different ones are a
 * disagreement, which stops the chain. A part that names nobody, lacks its attribute or is denied
 * makes the whole so.
 *
 * @throws `Error` for fewer than two parts, or an agreement within an agreement
 * @example
 * ```ts
 * agreement([
 *   matchers.annotation({ from: 'id', annotation: 'bitbucket.corp.com/user-id' }),
 *   matchers.profileEmail(),
 * ]);
 * ```
 * @public
 */
export function agreement(parts: readonly Matcher[]): Matcher {
  if (parts.length < 2) throw new Error('an agreement needs two matchers or more');
  if (parts.some(part => agreements.has(part))) {
    throw new Error(
      'an agreement within an agreement has no meaning of its own; list all matchers in one',
    );
  }
  const matcher: Matcher = {
    name: `agreement(${parts.map(part => part.name).join(', ')})`,
    label: parts.map(part => part.label).join(' and '),
    needs: parts.flatMap(part => part.needs ?? []),
    match(subject) {
      return {
        type: 'agreement',
        parts: parts.map(part => ({
          matcher: part,
          plan: part.match(subject) as AgreementPart['plan'],
        })),
      };
    },
  };
  agreements.add(matcher);
  return matcher;
}

const agreements = new WeakSet<Matcher>();
