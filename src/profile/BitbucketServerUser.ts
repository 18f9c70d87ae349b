/**
 * A user of Bitbucket Server / Data Center, validated. Unknown keys of the payload are kept in `raw`.
 *
 * @see https://developer.atlassian.com/server/bitbucket/rest/ (users)
 * @public
 */
export interface BitbucketServerUser {
  /** Stable number of the account; survives a rename. */
  readonly id: number;
  /** The username. Not the slug. */
  readonly name: string;
  /** URL part chosen by Bitbucket. Never derivable from the username. */
  readonly slug: string;
  /** The username when the payload has none. */
  readonly displayName: string;
  /** As in the payload, which may be something else than an email address. */
  readonly emailAddress?: string;
  /** `undefined` when the payload does not say. */
  readonly active?: boolean;
  /** `NORMAL` or `SERVICE`; `undefined` when the payload does not say. */
  readonly type?: string;
  /** As in the payload: absolute, or relative with the context path already in it. */
  readonly avatarUrl?: string;
  /** The whole payload, so that nothing is lost. */
  readonly raw: Readonly<Record<string, unknown>>;
}
