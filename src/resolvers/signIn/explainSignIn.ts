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
import { evaluate } from '../chain';
import type { ChainStep } from '../chain';
import { describeDecision, queriesOf } from '../explain';
import type { FindNearMisses, SignInTrace } from '../explain';
import type { Matcher } from '../matchers';
import { createCompleteSubject } from './createCompleteSubject';
import type { FindDirectory } from './createCompleteSubject';
import type { SignInExplanation } from './SignInExplanation';
import { toChainSteps } from './toChainSteps';

/** @public */
export interface ExplainSignInOptions {
  /** Payload of the Bitbucket user; or give `username` and `findUser`. */
  readonly user?: unknown;
  readonly username?: string;
  /** Fetches the payload of a username. */
  readonly findUser?: (username: string) => Promise<unknown>;
  /** Base URL of the Bitbucket Server. */
  readonly baseUrl: string;
  /** The chain, as for `createSignInResolver`. */
  readonly match: readonly (Matcher | ChainStep)[];
  readonly lookup: CatalogUserLookup;
  /** The profile transform of the provider. Default: that of the module without any in the config. */
  readonly profileTransform?: ProfileTransform<{ fullProfile: BitbucketServerPassportProfile }>;
  readonly findDirectory?: FindDirectory;
  /** Looks for near misses when nobody matches. Default: not looked for. */
  readonly findNearMisses?: FindNearMisses;
  /** Explains the refresh of a session instead of a first sign-in. Default `false`. */
  readonly refresh?: boolean;
}

/**
 * Runs the evaluator of the sign-in for one person, without issuing a token, and says what every
 * step looked for, which candidates there were, why each was rejected, and what is decided.
 *
 * @throws {@link SignInError} `USER_PAYLOAD_INVALID` for a payload that no sign-in accepts; `Error`
 * when neither `user` nor `username` with `findUser` is given; what `findNearMisses` rejects with
 * @example
 * ```ts
 * const explanation = await explainSignIn({ user: payload, baseUrl, match, lookup });
 * console.log(formatExplanation(explanation));
 * ```
 * @public
 */
export async function explainSignIn(options: ExplainSignInOptions): Promise<SignInExplanation> {
  const { match, lookup, baseUrl, refresh, findDirectory, findNearMisses } = options;
  const { profileTransform = composeProfileTransforms(requireActiveUser()) } = options;
  const steps = toChainSteps(match);
  const user = parseBitbucketServerUser(await readPayload(options));
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
  const subject = await createCompleteSubject(steps, findDirectory)(facts);
  const decision = await evaluate({ steps, subject, lookup });
  const nobody = decision.outcome === 'refused' && codesOfNobody.includes(decision.code);
  return {
    user: { ...who, email: subject.email },
    subject,
    trace: describeDecision(decision),
    nearMisses: nobody && findNearMisses ? await findNearMisses(queriesOf(decision)) : [],
  };
}

/**
 * Runs a chain for facts that are at hand already, such as those that `explainSignIn` answers, and
 * says what every step did. It is what a sign-in decides; only the token is missing.
 *
 * Never rejects: a matcher that throws and a catalog that is down are outcomes.
 *
 * @throws `Error` for a chain that is none
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
export async function traceChain(options: {
  /** The chain, as for `createSignInResolver`. */
  readonly match: readonly (Matcher | ChainStep)[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
}): Promise<SignInTrace> {
  const { match, subject, lookup } = options;
  return describeDecision(await evaluate({ steps: toChainSteps(match), subject, lookup }));
}

const codesOfNobody: readonly string[] = ['NO_MATCHING_USER', 'USER_REF_TAKEN'];

/** A transform may look people up; nothing that explains may issue a token. */
const noContext = new Proxy({} as AuthResolverContext, {
  get(_target, method) {
    throw new Error(`explainSignIn has no sign-in context, but "${String(method)}" of it was used`);
  },
});

async function readPayload({ user, username, findUser }: ExplainSignInOptions): Promise<unknown> {
  if (user !== undefined) return user;
  if (username === undefined || !findUser) {
    throw new Error('explainSignIn needs "user", or "username" and "findUser"');
  }
  return findUser(username);
}
