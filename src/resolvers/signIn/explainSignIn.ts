import type {
  AuthResolverContext,
  ProfileInfo,
  ProfileTransform,
} from '@backstage/plugin-auth-node';
import { isSignInError } from '../../errors';
import type { CatalogUserLookup } from '../../lookup';
import { parseBitbucketServerUser, toPassportProfile, toSubject } from '../../profile';
import type { BitbucketServerPassportProfile, Subject } from '../../profile';
import { composeProfileTransforms, requireActiveUser } from '../../transforms';
import { evaluate, toChainSteps } from '../chain';
import { describeDecision, formatTrace, nearMissesOfDecision } from '../explain';
import type { FindNearMisses, NearMiss, SignInTrace } from '../explain';
import { withDirectory } from './createSignInResolver';
import type { SignInResolverOptions } from './createSignInResolver';

/**
 * What a sign-in would do, and why. For administrators of Backstage only.
 *
 * @public
 */
export interface SignInExplanation {
  readonly user: {
    readonly id: number;
    readonly username: string;
    readonly slug: string;
    /** The email that matchers see, after the profile transforms. */
    readonly email?: string;
  };
  /** What matchers saw. Absent when a profile transform refused the person. */
  readonly subject?: Subject;
  /** Every step, and the decision with the entity ref or the code. */
  readonly trace: SignInTrace;
  /** Entities that nearly matched. Empty unless nobody matched. */
  readonly nearMisses: readonly NearMiss[];
}

/**
 * An explanation as text on several lines.
 *
 * @public
 */
export function formatExplanation({ user, trace, nearMisses }: SignInExplanation): string {
  return [
    `${user.username} (id ${user.id}, slug ${user.slug}, ${user.email ?? 'no email'})`,
    formatTrace(trace),
    ...nearMisses.map(({ entityRef, reason }) => `   near miss: ${entityRef}: ${reason}`),
  ].join('\n');
}

/**
 * Options of {@link explainSignIn}.
 *
 * @public
 */
export interface ExplainSignInOptions extends Pick<
  SignInResolverOptions,
  'match' | 'accountIdAnnotation' | 'findDirectory'
> {
  /** Payload of the Bitbucket user. */
  readonly user: unknown;
  /** Base URL of the Bitbucket Server. */
  readonly baseUrl: string;
  readonly lookup: CatalogUserLookup;
  /**
   * The profile transform of the provider. Default: the one of the module without
   * `profileTransforms`.
   */
  readonly profileTransform?: ProfileTransform<{ fullProfile: BitbucketServerPassportProfile }>;
  /** Finds near misses when nobody matches. Default: none. */
  readonly findNearMisses?: FindNearMisses;
  /** Explains the refresh of a session instead of a first sign-in. Default `false`. */
  readonly refresh?: boolean;
}

/**
 * Evaluates the sign-in of one person without issuing a token. Says what every step looked for, which
 * candidates it found, why each was rejected, and how the sign-in would end.
 *
 * @throws {@link SignInError} `USER_PAYLOAD_INVALID` for a payload that no sign-in accepts; what
 * `findNearMisses` rejects with
 * @example
 * ```ts
 * const explanation = await explainSignIn({ user: payload, baseUrl, match, lookup });
 * console.log(formatExplanation(explanation));
 * ```
 * @public
 */
export async function explainSignIn(options: ExplainSignInOptions): Promise<SignInExplanation> {
  const { match, lookup, baseUrl, refresh, findDirectory, findNearMisses } = options;
  const { accountIdAnnotation, profileTransform = defaultTransform } = options;
  const steps = toChainSteps(match);
  const user = parseBitbucketServerUser(options.user);
  const fullProfile = toPassportProfile(user, { baseUrl, refresh });
  const who = { id: user.id, username: user.name, slug: user.slug };

  let profile: ProfileInfo;
  try {
    ({ profile } = await profileTransform({ fullProfile }, noContext));
  } catch (error) {
    if (!isSignInError(error)) throw error;
    const decision = { outcome: 'refused', code: error.code, reason: error.detail } as const;
    return { user: who, trace: { decision, steps: [] }, nearMisses: [] };
  }

  const facts = toSubject({ profile, result: { fullProfile } });
  const subject = await withDirectory(facts, steps, findDirectory);
  const decision = await evaluate({ steps, subject, lookup, accountIdAnnotation });
  return {
    user: { ...who, email: subject.email },
    subject,
    trace: describeDecision(decision),
    nearMisses: await nearMissesOfDecision(decision, findNearMisses),
  };
}

const defaultTransform = composeProfileTransforms(requireActiveUser());

/**
 * Runs a chain for a known subject, such as the `subject` of an explanation, and says what every
 * step did. The decision is that of a sign-in, without a token.
 *
 * Never rejects: a matcher that throws and a catalog that is down are outcomes.
 *
 * @throws `Error` for a chain that is empty or not valid
 * @example
 * ```ts
 * const { decision } = await traceChain({
 *   match: [matchers.entityName({ from: 'username' })],
 *   subject: { username: 'jane.doe', refresh: false },
 *   lookup,
 * });
 * ```
 * @public
 */
export async function traceChain(
  options: Pick<ExplainSignInOptions, 'match' | 'lookup' | 'accountIdAnnotation'> & {
    readonly subject: Subject;
  },
): Promise<SignInTrace> {
  const { match, ...rest } = options;
  return describeDecision(await evaluate({ steps: toChainSteps(match), ...rest }));
}

/** A transform may look users up, but explaining must not issue a token. */
const noContext = new Proxy({} as AuthResolverContext, {
  get(_target, method) {
    throw new Error(
      `a profile transform used "${String(method)}", but explainSignIn has no sign-in context`,
    );
  },
});
