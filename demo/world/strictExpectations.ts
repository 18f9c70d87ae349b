import type { Expectation } from './Expectation';

const engines = ['group:default/engines', 'group:default/research', 'group:default/corp'];
const spaceflight = ['group:default/spaceflight', 'group:default/research', 'group:default/corp'];

/** What `strict.app-config.yaml` makes of every person of the demo. */
export const strictExpectations: readonly Expectation[] = [
  {
    username: 'ada',
    shows: 'found by email, which a read-only directory vouches for',
    expect: { entityRef: 'user:default/ada.lovelace', groups: engines },
  },
  {
    username: 'grace.hopper',
    shows: 'an email of a domain that may not sign in at all',
    expect: { code: 'EMAIL_DOMAIN_NOT_ALLOWED' },
  },
  {
    username: 'aturing',
    shows: 'the same, although the id of his account is annotated',
    expect: { code: 'EMAIL_DOMAIN_NOT_ALLOWED' },
  },
  {
    username: 'jane.doe@corp.example',
    shows: 'found by email; her username is no entity name',
    expect: { entityRef: 'user:default/jane.doe', groups: [] },
  },
  {
    username: 'Margaret.HAMILTON',
    shows: 'found by email, written in another letter case',
    expect: { entityRef: 'user:default/margaret', groups: spaceflight },
  },
  {
    username: 'KatherineJ',
    shows: 'an email of a domain that may not sign in at all',
    expect: { code: 'EMAIL_DOMAIN_NOT_ALLOWED' },
  },
  {
    username: 'linus',
    shows: 'no email in Bitbucket: found by username',
    expect: { entityRef: 'user:default/linus', groups: [] },
  },
  {
    username: 'dorothy',
    shows: 'her email is right, but her directory lets her type any',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
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
    shows: 'id annotation and email agree',
    expect: { entityRef: 'user:default/hedy.lamarr', groups: [] },
  },
  {
    username: 'mallory',
    shows: 'typed the email of Ada, but his id is annotated as himself',
    expect: { code: 'ATTRIBUTES_DISAGREE' },
  },
  {
    username: 'eve',
    shows: 'typed the email of Margaret: her directory lets her',
    expect: { code: 'EMAIL_NOT_TRUSTED' },
  },
  {
    username: 'fran',
    shows: 'her directory can be edited, but is a trusted one',
    expect: { entityRef: 'user:default/fran.allen', groups: engines },
  },
  {
    username: 'radia',
    shows: 'her email is at a subdomain of corp.example',
    expect: { entityRef: 'user:default/radia.perlman', groups: [] },
  },
  {
    username: 'barbara',
    shows: 'nobody has her email with the plus tag, so that without it counts',
    expect: { entityRef: 'user:default/barbara.liskov', groups: [] },
  },
  {
    username: 'lise',
    shows: 'found by username in the namespace "people"',
    expect: { entityRef: 'user:people/lise', groups: spaceflight },
  },
  {
    username: 'rosalind.franklin',
    shows: 'found by email, which a read-only directory vouches for',
    expect: { entityRef: 'user:default/rosalind.franklin', groups: [] },
  },
  {
    username: 'emmy.noether',
    shows: 'found by email, which a read-only directory vouches for',
    expect: { entityRef: 'user:default/emmy.noether', groups: [] },
  },
  {
    username: 'vera.rubin',
    shows: 'found by email; no step looks at the old username',
    expect: { entityRef: 'user:default/vera.rubin', groups: [] },
  },
  {
    username: 'hypatia',
    shows: 'nobody in the catalog',
    expect: { code: 'NO_MATCHING_USER' },
  },
];
