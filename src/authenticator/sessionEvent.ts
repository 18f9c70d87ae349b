import type { PersonSource } from './personReader';

/** What happened to a session, for whoever watches. */
export type SessionEvent =
  | {
      readonly type: 'refresh';
      readonly person: PersonSource;
      /** `note`: another request, process or replica had exchanged the token already. */
      readonly tokens: 'exchanged' | 'note';
    }
  | { readonly type: 'token-reuse'; readonly username?: string; readonly reference: string }
  | { readonly type: 'sign-out'; readonly username?: string };
