import type { Expectation } from './Expectation';

/** What `guests.app-config.yaml` makes of every person of the demo. */
export const guestsExpectations: readonly Expectation[] = [
  {
    username: 'ada',
    shows: 'in the catalog: no guest',
    expect: { entityRef: 'user:default/ada.lovelace', groups: ['group:default/engines'] },
  },
  {
    username: 'grace.hopper',
    shows: 'an email that people can edit, so no guest either',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'aturing',
    shows: 'found by annotation',
    expect: { entityRef: 'user:default/alan.turing', groups: ['group:default/engines'] },
  },
  {
    username: 'jane.doe@corp.example',
    shows: 'found by email',
    expect: { entityRef: 'user:default/jane.doe', groups: [] },
  },
  {
    username: 'Margaret.HAMILTON',
    shows: 'found by email',
    expect: { entityRef: 'user:default/margaret', groups: ['group:default/spaceflight'] },
  },
  {
    username: 'KatherineJ',
    shows: 'an email that people can edit, so no guest either',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'linus',
    shows: 'no email: found by username',
    expect: { entityRef: 'user:default/linus', groups: [] },
  },
  {
    username: 'dorothy',
    shows: 'an email that people can edit, so no guest either',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'sam',
    shows: 'two entities have this email, so no guest either',
    expect: { code: 'MULTIPLE_MATCHING_USERS' },
  },
  {
    username: 'newcomer',
    shows: 'nobody in the catalog: a guest',
    expect: { entityRef: 'user:guests/newcomer', groups: [] },
  },
  {
    username: 'ingrid',
    shows: 'deactivated in Bitbucket',
    expect: { code: 'USER_INACTIVE' },
  },
  {
    username: 'svc-deploy',
    shows: 'a service account in Bitbucket',
    expect: { code: 'USER_IS_SERVICE_ACCOUNT' },
  },
  {
    username: 'hedy',
    shows: 'found by annotation',
    expect: { entityRef: 'user:default/hedy.lamarr', groups: [] },
  },
  {
    username: 'mallory',
    shows: 'typed the email of Ada; found by annotation as himself',
    expect: { entityRef: 'user:default/mallory', groups: [] },
  },
  {
    username: 'eve',
    shows: 'typed the email of Margaret: no guest either',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'fran',
    shows: 'her directory is not trusted here',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'radia',
    shows: 'found by email: every domain is allowed here',
    expect: { entityRef: 'user:default/radia.perlman', groups: [] },
  },
  {
    username: 'barbara',
    shows: 'her email has a plus tag, which is not stripped here: a guest',
    expect: { entityRef: 'user:guests/barbara', groups: [] },
  },
  {
    username: 'lise',
    shows: 'her namespace is not looked in here: a guest',
    expect: { entityRef: 'user:guests/lise', groups: [] },
  },
  {
    username: 'rosalind.franklin',
    shows: 'found by email',
    expect: { entityRef: 'user:default/rosalind.franklin', groups: [] },
  },
  {
    username: 'emmy.noether',
    shows: 'found by email',
    expect: { entityRef: 'user:default/emmy.noether', groups: [] },
  },
  {
    username: 'vera.rubin',
    shows: 'found by email',
    expect: { entityRef: 'user:default/vera.rubin', groups: [] },
  },
  {
    username: 'hypatia',
    shows: 'nobody in the catalog: a guest',
    expect: { entityRef: 'user:guests/hypatia', groups: [] },
  },
];
