import type { PersonSource } from './personReader';

/**
 * What happened to a session, for whoever watches. `userId` is that of Bitbucket Server, when it is
 * known; `reference` is that of the error that the browser gets.
 *
 * @public
 */
export type SessionEvent =
  | {
      readonly type: 'refresh';
      readonly person: PersonSource;
      /** `note`: another request, process or replica had exchanged the token already. */
      readonly tokens: 'exchanged' | 'note';
    }
  | { readonly type: 'token-reuse'; readonly userId?: string; readonly reference: string }
  | { readonly type: 'sign-out'; readonly userId?: string };
