import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  AuthResolverContext,
  BackstageSignInResult,
  SignInResolver,
} from '@backstage/plugin-auth-node';
import { z } from 'zod/v3';
import { parseOptions, strictObject } from '../../config';
import { createRefusalLog } from '../../errors';
import type { SignInError } from '../../errors';
import { createContextUserLookup } from '../../lookup';
import type { CatalogUserLookup } from '../../lookup';
import { toSubject } from '../../profile';
import type { Subject, SubjectDirectory } from '../../profile';
import { evaluate, toChainSteps } from '../chain';
import type { ChainStep, Decision } from '../chain';
import { createRefusal, describeDecision, logNearMisses, traceDecision } from '../explain';
import type { FindNearMisses, SignInTrace } from '../explain';
import type { Matcher } from '../matchers';
import { issueIdentity } from './issueIdentity';

/**
 * The decision of a sign-in, for `onDecision`.
 *
 * @public
 */
export interface SignInDecisionEvent {
  /**
   * Outcome, with entity ref or code, and the step that decided. `TOKEN_NOT_ISSUED` means that an entity
   * was found, but no token could be issued for it.
   */
  readonly decision: SignInTrace['decision'];
  /** What the resolver was given as `result`. */
  readonly result: unknown;
  /** The facts about who signed in. */
  readonly subject: Subject;
  /** Reference of the error that the browser shows, when refused. */
  readonly reference?: string;
  /** From the start of the evaluation to the token or the refusal, in milliseconds. */
  readonly durationMs: number;
  /** Makes the trace. */
  readonly trace: () => SignInTrace;
}

/**
 * Finds the directory of an account.
 *
 * @public
 */
export type FindDirectory = (subject: Subject) => Promise<SubjectDirectory>;

/**
 * Options of {@link createSignInResolver}.
 *
 * @public
 */
export interface SignInResolverOptions {
  /** The chain: matchers, or matchers with a policy, in order. At least one. */
  readonly match: readonly (Matcher | ChainStep)[];
  /**
   * Where entities come from. Default: the context that Backstage gives to the resolver, which asks
   * the catalog every time; give a {@link createCatalogUserLookup} to have answers cached.
   */
  readonly lookup?: CatalogUserLookup;
  /**
   * Annotation in which an entity names its account by Bitbucket's user id. An entity that names
   * another account than the one that signs in is refused with `ENTITY_OF_ANOTHER_ACCOUNT`,
   * whatever matched. So a person with a reused email or username does not become its former owner.
   * It must end with `/user-id`, because a lookup with `fields: 'identity'` fetches no other keys.
   *
   * Default: `<host>/user-id` with the host of Bitbucket Server, if the authenticator provides it:
   * the one of this package does, upstream's does not.
   */
  readonly accountIdAnnotation?: string;
  /** Gets every refusal with its detail. Default: nothing is logged. */
  readonly logger?: LoggerService;
  /**
   * Finds the directory of an account. Default: none, so `emailTrust: 'readOnlyDirectory'` trusts
   * no email.
   */
  readonly findDirectory?: FindDirectory;
  /**
   * Finds near misses after a refusal without a match. They are logged under the reference of the
   * refusal. Needs `logger`. Default: none.
   */
  readonly findNearMisses?: FindNearMisses;
  /**
   * Adds to the ownership claims of a person, such as parent groups. A rejection ends the sign-in.
   * Default: nothing.
   */
  readonly extendOwnership?: (
    ownershipEntityRefs: readonly string[],
    options: { readonly refresh: boolean },
  ) => Promise<string[]>;
  /** Called for every sign-in and refusal. Must not throw. */
  readonly onDecision?: (event: SignInDecisionEvent) => void;
}

const optional = z.unknown().optional();

export const optionsSchema = strictObject({
  match: optional,
  lookup: optional,
  // A lookup with `fields: 'identity'` drops other annotations, so the check would always pass.
  accountIdAnnotation: z
    .string()
    .regex(/\/user-id$/, 'must end with "/user-id"')
    .optional(),
  logger: optional,
  findDirectory: optional,
  findNearMisses: optional,
  extendOwnership: optional,
  onDecision: optional,
} satisfies Record<keyof SignInResolverOptions, z.ZodTypeAny>);

/**
 * Makes a sign-in resolver from matchers. It evaluates them in order, then issues a Backstage token
 * or throws a {@link SignInError} that says what every step did.
 *
 * It works with every OAuth provider whose result has a `fullProfile`: that of this package, the one
 * of upstream's module, and the legacy one.
 *
 * @throws at once {@link SignInError} `CONFIG_INVALID` for a wrong option, and `Error` for a chain that
 * is empty or not valid and a `lookup` without `isNameTaken` where a step has `dangerouslyAllowSignInWithoutUserInCatalog`; the
 * resolver throws {@link SignInError} only
 * @example
 * ```ts
 * const signInResolver = createSignInResolver({
 *   match: [
 *     matchers.annotation({ from: 'id', annotation: 'bitbucket.corp.com/user-id' }),
 *     matchers.profileEmail({ allowedDomains: ['corp.com'] }),
 *   ],
 *   lookup: createCatalogUserLookup({ catalog, auth }),
 * });
 * ```
 * @see https://backstage.io/docs/auth/identity-resolver
 * @public
 */
export function createSignInResolver(
  options: SignInResolverOptions,
  // `any`, because it accepts the results of every OAuth authenticator.
): SignInResolver<any> {
  parseOptions(optionsSchema, options, 'createSignInResolver');
  const steps = toChainSteps(options.match);
  const log = createRefusalLog(options.logger);
  const { lookup, accountIdAnnotation, logger, findNearMisses, extendOwnership, onDecision } =
    options;
  const index = steps.findIndex(step => step.dangerouslyAllowSignInWithoutUserInCatalog);
  if (index >= 0 && lookup && !lookup.isNameTaken) {
    throw new Error(
      `"match[${index}].dangerouslyAllowSignInWithoutUserInCatalog" needs a lookup with isNameTaken()`,
    );
  }

  return async (info, context) => {
    const startedAt = performance.now();
    const subject = await withDirectory(toSubject(info), steps, options.findDirectory);
    const decision = await evaluate({
      steps,
      subject,
      lookup: lookup ?? createContextUserLookup(context),
      accountIdAnnotation,
    });
    function notify(error?: SignInError): void {
      const traced = traceDecision(decision);
      onDecision?.({
        decision: error ? { outcome: 'refused', code: error.code, step: traced.step } : traced,
        subject,
        result: info.result,
        reference: error?.reference,
        durationMs: performance.now() - startedAt,
        trace: () => describeDecision(decision),
      });
    }
    return log.watch(async () => {
      let issued: BackstageSignInResult;
      try {
        issued = await issue(decision, subject, context, extendOwnership);
      } catch (error) {
        const { reference } = error as SignInError;
        notify(error as SignInError);
        if (logger && findNearMisses) {
          // Not awaited, because it is only for the log.
          void logNearMisses(decision, reference, findNearMisses, logger);
        }
        throw error;
      }
      notify();
      return issued;
    });
  };
}

/** Throws {@link SignInError} only. */
async function issue(
  decision: Decision,
  { refresh }: Subject,
  context: AuthResolverContext,
  extendOwnership: SignInResolverOptions['extendOwnership'],
): Promise<BackstageSignInResult> {
  switch (decision.outcome) {
    case 'matched':
      return issueIdentity(context, decision.entity, refs =>
        extendOwnership ? extendOwnership(refs, { refresh }) : refs,
      );
    case 'withoutUser':
      return issueIdentity(context, decision.userEntityRef);
    case 'refused':
      throw createRefusal(decision);
  }
}

/**
 * Adds the directory to the subject if a matcher of the chain needs it. Never rejects: after a
 * failure the directory is unknown.
 */
export async function withDirectory(
  subject: Subject,
  steps: readonly ChainStep[],
  findDirectory: FindDirectory | undefined,
): Promise<Subject> {
  const isNeeded = steps.some(({ matcher }) => matcher.needs?.includes('directory'));
  if (!isNeeded || !findDirectory) return subject;
  try {
    return { ...subject, directory: await findDirectory(subject) };
  } catch (error) {
    return { ...subject, directory: { unknown: String(error) } };
  }
}
