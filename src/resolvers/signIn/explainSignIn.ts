import type { ProfileTransform } from '@backstage/plugin-auth-node';
import type { CatalogUserLookup } from '../../lookup';
import type { BitbucketServerPassportProfile } from '../../profile';
import type { ChainStep } from '../chain';
import { describeDecision, queriesOf } from '../explain';
import type { FindNearMisses } from '../explain';
import type { Matcher } from '../matchers';
import type { FindDirectory } from './createCompleteSubject';
import { decideSignIn } from './decideSignIn';
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
  const { match, user: _user, username: _username, findUser: _findUser, ...rest } = options;
  const { findNearMisses, ...context } = rest;
  const steps = toChainSteps(match);
  const run = await decideSignIn(await readPayload(options), { ...context, steps });
  const { id, name, slug } = run.user;
  const who = { id, username: name, slug };
  if ('refusedBy' in run) {
    const { code, detail } = run.refusedBy;
    const decision = { outcome: 'refused', code, reason: detail } as const;
    return { user: who, trace: { decision, steps: [] }, nearMisses: [] };
  }

  const { decision, subject } = run;
  const nobody = decision.outcome === 'refused' && decision.code === 'NO_MATCHING_USER';
  return {
    user: { ...who, email: subject.email },
    trace: describeDecision(decision),
    nearMisses: nobody && findNearMisses ? await findNearMisses(queriesOf(decision)) : [],
  };
}

async function readPayload({ user, username, findUser }: ExplainSignInOptions): Promise<unknown> {
  if (user !== undefined) return user;
  if (username === undefined || !findUser) {
    throw new Error('explainSignIn needs "user", or "username" and "findUser"');
  }
  return findUser(username);
}
