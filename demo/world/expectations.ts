import type { SignInErrorCode } from '../../src';

/** What the demo's people show, and what their sign-in must give. */
export interface Expectation {
  /** `name` of the Bitbucket account. */
  readonly username: string;
  readonly shows: string;
  readonly expect: { readonly entityRef: string } | { readonly code: SignInErrorCode };
}

/** One row per file in `demo/world/users`. The demo prints it; the tests hold the sign-in to it. */
export const expectations: readonly Expectation[] = [
  {
    username: 'ada',
    shows: 'found by email; avatar with a relative address',
    expect: { entityRef: 'user:default/ada.lovelace' },
  },
  {
    username: 'grace.hopper',
    shows: 'found by username; the domain of her email is not allowed',
    expect: { entityRef: 'user:default/grace.hopper' },
  },
  {
    username: 'aturing',
    shows: 'found by annotation: the id of his Bitbucket account',
    expect: { entityRef: 'user:default/alan.turing' },
  },
  {
    username: 'jane.doe@corp.example',
    shows: 'username ≠ slug; the entity named like her slug is somebody else',
    expect: { entityRef: 'user:default/jane.doe' },
  },
  {
    username: 'Margaret.HAMILTON',
    shows: 'found by email, written in another letter case',
    expect: { entityRef: 'user:default/margaret' },
  },
  {
    username: 'KatherineJ',
    shows: 'found by username, written in another letter case',
    expect: { entityRef: 'user:default/katherinej' },
  },
  {
    username: 'linus',
    shows: 'no email in Bitbucket: found by username',
    expect: { entityRef: 'user:default/linus' },
  },
  {
    username: 'dorothy',
    shows: 'found by email; avatar with an absolute address',
    expect: { entityRef: 'user:default/dorothy.vaughan' },
  },
  {
    username: 'sam',
    shows: 'two entities have this email',
    expect: { code: 'MULTIPLE_MATCHING_USERS' },
  },
  {
    username: 'newcomer',
    shows: 'nobody in the catalog',
    expect: { code: 'NO_MATCHING_USER' },
  },
  {
    username: 'ingrid',
    shows: 'in the catalog, but deactivated in Bitbucket',
    expect: { code: 'USER_INACTIVE' },
  },
  {
    username: 'svc-deploy',
    shows: 'in the catalog, but a service account in Bitbucket',
    expect: { code: 'USER_IS_SERVICE_ACCOUNT' },
  },
];
