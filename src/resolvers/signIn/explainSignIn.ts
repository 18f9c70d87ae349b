import type {
  AuthResolverContext,
  ProfileInfo,
  ProfileTransform,
} from '@backstage/plugin-auth-node';
import { isSignInError } from '../../errors';
import type { SignInError } from '../../errors';
import type { CatalogUserLookup } from '../../lookup';
import { parseBitbucketServerUser, toPassportProfile, toSubject } from '../../profile';
import type { BitbucketServerPassportProfile, BitbucketServerUser, Subject } from '../../profile';
import { composeProfileTransforms, requireActiveUser } from '../../transforms';
import { evaluate, toChainSteps } from '../chain';
import type { ChainStep, Decision } from '../chain';
import { describeDecision, formatTrace, queriesOf } from '../explain';
import type { FindNearMisses, NearMiss, SignInTrace, TracedDecision } from '../explain';
import type { Matcher } from '../matchers';
import { withDirectory } from './createSignInResolver';
import type { FindDirectory } from './createSignInResolver';

/**
 * What a sign-in of a person would do, and why. For people who run Backstage only.
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
  /** What is decided, with the entity ref or the code: the same as `trace.decision`. */
  readonly decision: TracedDecision;
  readonly trace: SignInTrace;
  /** Entities that nearly matched; only when nobody did. */
  readonly nearMisses: readonly NearMiss[];
}

/**
 * An explanation as text of several lines.
 *
 * @public
 */
export function formatExplanation({ user, trace, nearMisses }: SignInExplanation): string {
  const email = user.email === undefined ? 'no email' : user.email;
  return [
    `${user.username} (id ${user.id}, slug ${user.slug}, ${email})`,
    formatTrace(trace),
    ...nearMisses.map(({ entityRef, reason }) => `   near miss: ${entityRef}: ${reason}`),
  ].join('\n');
}

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
  /** As for `createSignInResolver`. Default: `<host>/user-id` with the host of `baseUrl`. */
  readonly accountIdAnnotation?: string;
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
  const { match, user: _user, username: _username, findUser: _findUser, ...rest } = options;
  const { findNearMisses, ...context } = rest;
  const steps = toChainSteps(match);
  const run = await decideSignIn(await readPayload(options), { ...context, steps });
  const { id, name, slug } = run.user;
  const who = { id, username: name, slug };
  if ('refusedBy' in run) {
    const { code, detail } = run.refusedBy;
    const decision = { outcome: 'refused', code, reason: detail } as const;
    return { user: who, decision, trace: { decision, steps: [] }, nearMisses: [] };
  }

  const { decision, subject } = run;
  const nobody = decision.outcome === 'refused' && decision.code === 'NO_MATCHING_USER';
  const trace = describeDecision(decision);
  return {
    user: { ...who, email: subject.email },
    subject,
    decision: trace.decision,
    trace,
    nearMisses: nobody && findNearMisses ? await findNearMisses(queriesOf(decision)) : [],
  };
}

/**
 * Runs a chain for facts that are at hand already, such as the `subject` of an explanation, and says
 * what every step did. It is what a sign-in decides; only the token is missing.
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
export async function traceChain(options: {
  /** The chain, as for `createSignInResolver`. */
  readonly match: readonly (Matcher | ChainStep)[];
  readonly subject: Subject;
  readonly lookup: CatalogUserLookup;
  /** As for `createSignInResolver`. Default: `<host>/user-id` with the host of the subject. */
  readonly accountIdAnnotation?: string;
}): Promise<SignInTrace> {
  const { match, ...rest } = options;
  return describeDecision(await evaluate({ steps: toChainSteps(match), ...rest }));
}

async function readPayload({ user, username, findUser }: ExplainSignInOptions): Promise<unknown> {
  if (user !== undefined) return user;
  if (username === undefined || !findUser) {
    throw new Error('explainSignIn needs "user", or "username" and "findUser"');
  }
  return findUser(username);
}

/** @internal */
export interface DecideSignInOptions {
  /** Base URL of the Bitbucket Server. */
  readonly baseUrl: string;
  /** A checked chain. */
  readonly steps: readonly ChainStep[];
  readonly lookup: CatalogUserLookup;
  /** Default: that of the module without any in the config, which refuses inactive accounts. */
  readonly profileTransform?: ProfileTransform<{ fullProfile: BitbucketServerPassportProfile }>;
  readonly findDirectory?: FindDirectory;
  readonly accountIdAnnotation?: string;
  /** Default `false`. */
  readonly refresh?: boolean;
}

/**
 * What the sign-in of a payload comes to: refused by a profile transform before any step was tried,
 * or the decision of the chain.
 *
 * @internal
 */
export type SignInRun =
  | { readonly user: BitbucketServerUser; readonly refusedBy: SignInError }
  | {
      readonly user: BitbucketServerUser;
      readonly subject: Subject;
      readonly decision: Decision;
    };

/**
 * A sign-in from the payload to the decision, without the token: what `explainSignIn` and the audit
 * have in common.
 *
 * @throws {@link SignInError} `USER_PAYLOAD_INVALID` for a payload that no sign-in accepts
 * @internal
 */
export async function decideSignIn(
  payload: unknown,
  options: DecideSignInOptions,
): Promise<SignInRun> {
  const { baseUrl, refresh, steps, lookup, findDirectory, accountIdAnnotation } = options;
  const { profileTransform = composeProfileTransforms(requireActiveUser()) } = options;
  const user = parseBitbucketServerUser(payload);
  const fullProfile = toPassportProfile(user, { baseUrl, refresh });

  let profile: ProfileInfo;
  try {
    ({ profile } = await profileTransform({ fullProfile }, noContext));
  } catch (error) {
    if (!isSignInError(error)) throw error;
    return { user, refusedBy: error };
  }

  const bare = toSubject({ profile, result: { fullProfile } });
  const subject = await withDirectory(bare, steps, findDirectory);
  const decision = await evaluate({ steps, subject, lookup, accountIdAnnotation });
  return { user, subject, decision };
}

/** A transform may look people up; nothing that explains may issue a token. */
const noContext = new Proxy({} as AuthResolverContext, {
  get(_target, method) {
    throw new Error(`explainSignIn has no sign-in context, but "${String(method)}" of it was used`);
  },
});
