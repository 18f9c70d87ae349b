import type { BitbucketServerUser } from '../profile';
import type { TokenAnswer } from './TokenAnswer';

/** A session with the person that it belongs to. */
export interface RefreshAnswer {
  readonly tokens: TokenAnswer;
  readonly user: BitbucketServerUser;
}

/** The person of a session, as last read. */
export interface SessionPerson {
  readonly user: BitbucketServerUser;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
}
