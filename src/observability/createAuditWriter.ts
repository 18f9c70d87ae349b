import type { AuditorService } from '@backstage/backend-plugin-api';
import { signInErrorCodes } from '../errors';
import type { SignInErrorCode } from '../errors';
import type { SignInDecisionEvent } from '../resolvers';
import { severityOf } from './severityOf';

/** The plugin's id is put before it by the auditor. */
const eventId = 'bitbucket-server-sign-in';

/**
 * Makes the writer of one audit event per decision. Of the person it holds the entity ref and the
 * user id of Bitbucket: enough to know who it was, and no name, email or other entity.
 *
 * @see https://backstage.io/docs/backend-system/core-services/auditor
 * @internal
 */
export function createAuditWriter(
  auditor: AuditorService,
  environment: string | undefined,
): (event: SignInDecisionEvent) => Promise<void> {
  return async ({ decision, subject, reference }) => {
    const refused = decision.outcome === 'refused';
    const audited = await auditor.createEvent({
      eventId,
      severityLevel: severityOf(decision),
      meta: withoutUndefined({
        environment,
        outcome: decision.outcome,
        code: refused ? decision.code : undefined,
        step: decision.step,
        userEntityRef: refused ? undefined : decision.userEntityRef,
        bitbucketUserId: subject.id,
        refresh: subject.refresh,
        referenceId: reference,
      }),
    });
    if (refused) await audited.fail({ error: toPlainError(decision.code) });
    else await audited.success();
  };
}

function withoutUndefined<T extends string | boolean>(
  meta: Readonly<Record<string, T | undefined>>,
): Record<string, T> {
  const entries = Object.entries(meta).filter(
    (entry): entry is [string, T] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

/** The code and its fixed sentence. Without a stack, which would show this line and nothing else. */
function toPlainError(code: SignInErrorCode): Error {
  const { name, publicText } = signInErrorCodes[code];
  const error = new Error(`${code}: ${publicText}`);
  error.name = name;
  error.stack = `${error}`;
  return error;
}
