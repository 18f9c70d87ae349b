import type { LoggerService } from '@backstage/backend-plugin-api';
import { isSignInError } from '../errors';
import { createIncident, quote, redact } from '../shared';

/** @internal */
export interface IncidentLog {
  /** Something failed. @returns what may be said about it everywhere: a code, no detail */
  readonly open: (error: unknown) => string;
  /** It works again. */
  readonly close: () => void;
}

/** @internal */
export interface IncidentLogOptions {
  readonly logger?: LoggerService;
  readonly secrets: readonly string[];
}

/**
 * Logs that directories cannot be asked: once per incident, and not once per person.
 *
 * @internal
 */
export function createIncidentLog({ logger, secrets }: IncidentLogOptions): IncidentLog {
  const incident = createIncident(logger);
  return {
    open(error) {
      const known = isSignInError(error);
      const code = known ? error.code : 'unexpected error';
      const detail = known ? error.detail : quote(String(error));
      incident.fail(
        `Bitbucket Server cannot be asked for the directories of accounts, so that emailTrust "readOnlyDirectory" trusts nobody: ${code}: ${redact(detail, secrets)}${adviceFor(code)}`,
      );
      return code;
    },
    close() {
      incident.recover('Bitbucket Server can be asked for directories again');
    },
  };
}

function adviceFor(code: string): string {
  return code === 'BITBUCKET_REFUSED'
    ? '; check the credential under "directory": it may be wrong, have ended, or belong to an account without a licence'
    : '';
}
