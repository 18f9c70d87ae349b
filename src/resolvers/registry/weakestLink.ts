/**
 * What steps rely on, the weakest first. The more people can give an account the value of somebody
 * else's entity, the weaker. docs/trust.md explains each.
 */
const links = {
  withoutEntity: 'anybody with an account may sign in without an entity',
  editableEmail: 'an email address that people may edit',
  directoryEmail: 'an email address of a read-only directory',
  name: 'a name that may be given to somebody else',
  userId: 'a user id',
} as const;

type Link = keyof typeof links;

const byStrength = Object.keys(links) as Link[];

/** A step as configured. */
interface NamedStep {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The step that is easiest to abuse, and what it relies on. */
export function describeWeakestLink(steps: readonly NamedStep[]): string | undefined {
  const found = steps.map(step => ({ step, link: linkOf(step) }));
  for (const link of byStrength) {
    const weakest = found.find(each => each.link === link);
    if (weakest) return `${weakest.step.name} (${links[link]})`;
  }
  return undefined;
}

/** `undefined` for a step that signs nobody in. */
function linkOf({ name, options }: NamedStep): Link | undefined {
  const { dangerouslyAllowSignInWithoutUserInCatalog, emailTrust = 'always', of } = options;
  if (dangerouslyAllowSignInWithoutUserInCatalog) return 'withoutEntity';
  if (name === 'agreement') return linkOfAgreement(of as Record<string, unknown>[]);
  if (name.startsWith('email')) {
    if (emailTrust === 'never') return undefined;
    return emailTrust === 'readOnlyDirectory' ? 'directoryEmail' : 'editableEmail';
  }
  return name.startsWith('userId') ? 'userId' : 'name';
}

/** All parts must name the same entity, so it is as strong as the strongest of them. */
function linkOfAgreement(parts: readonly Record<string, unknown>[]): Link | undefined {
  const found = parts.map(({ resolver, ...options }) =>
    linkOf({ name: String(resolver), options }),
  );
  return found.includes(undefined) ? undefined : byStrength.findLast(link => found.includes(link));
}
