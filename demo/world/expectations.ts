import type { Expectation } from './Expectation';

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
  {
    username: 'hedy',
    shows: 'found by annotation; in the strict sample, only because her email says the same',
    expect: { entityRef: 'user:default/hedy.lamarr' },
  },
  {
    username: 'mallory',
    shows: 'typed the email of Ada; found by annotation, which comes first, as himself',
    expect: { entityRef: 'user:default/mallory' },
  },
  {
    username: 'eve',
    shows:
      'typed the email of Margaret and BECOMES HER, as a warning in the log says; the strict sample refuses',
    expect: { entityRef: 'user:default/margaret' },
  },
  {
    username: 'fran',
    shows: 'found by email; in a directory that the strict sample trusts',
    expect: { entityRef: 'user:default/fran.allen' },
  },
  {
    username: 'radia',
    shows: 'her email is at a subdomain, which is not allowed here',
    expect: { code: 'NO_MATCHING_USER' },
  },
  {
    username: 'barbara',
    shows: 'her email has a plus tag, which is not stripped here',
    expect: { code: 'NO_MATCHING_USER' },
  },
  {
    username: 'lise',
    shows: 'in another namespace, which is not looked in here',
    expect: { code: 'NO_MATCHING_USER' },
  },
  {
    username: 'rosalind.franklin',
    shows: 'found by email; her username says the same, so audit --fix adds her id',
    expect: { entityRef: 'user:default/rosalind.franklin' },
  },
  {
    username: 'emmy.noether',
    shows: 'the same, in an entity that has annotations already',
    expect: { entityRef: 'user:default/emmy.noether' },
  },
  {
    username: 'vera.rubin',
    shows: 'found by email; an old username in the entity is left to a person',
    expect: { entityRef: 'user:default/vera.rubin' },
  },
  {
    username: 'hypatia',
    shows: 'nobody in the catalog; audit --write-missing makes her an entity',
    expect: { code: 'NO_MATCHING_USER' },
  },
];
