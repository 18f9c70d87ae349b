import { parse } from 'yaml';
import { ConfigReader } from '@backstage/config';
import type { Entity } from '@backstage/catalog-model';
import { explainSignIn, readSignInSetup } from '../../src';
import { createEntityLookup, userEntity } from '../support/createEntityLookup';
import { environmentsOf } from './support/environmentsOf';
import { readDoc } from './support/readDocs';

const doc = readDoc('docs/choosing-a-resolver.md');

interface Recipe {
  readonly entities: readonly Entity[];
  readonly chains: readonly object[];
}

/** The YAML under each heading of the third level, by heading. */
function readRecipes(): Map<string, Recipe> {
  const headings = doc.prose.flatMap((line, index) =>
    line.startsWith('#') ? [{ index, title: /^### (.*)/.exec(line)?.[1] }] : [],
  );
  return new Map(
    headings.flatMap(({ index, title }, nth) => {
      const end = headings[nth + 1]?.index ?? Infinity;
      const blocks = doc.blocks.filter(({ at }) => {
        const line = Number(at.split(':')[1]);
        return line > index && line <= end;
      });
      const yaml = blocks.map(block => ({ block, value: parse(block.text) as Partial<Entity> }));
      const entities = yaml.flatMap(({ value }) => ('kind' in value ? [value as Entity] : []));
      const chains = yaml.flatMap(({ block }) => environmentsOf(block).map(env => env.config));
      return title === undefined ? [] : [[title, { entities, chains }] as const];
    }),
  );
}

const recipes = readRecipes();
const jane = { id: 104, name: 'jdoe', slug: 'jdoe', email: 'jane.doe@corp.example' };
const byAddress = { ...jane, name: 'jane.doe@corp.example', slug: 'jane.doe_corp.example' };
const other = { id: 7, slug: 'other', name: 'other', email: 'other@corp.example' };

/** Heading, nth chain, account, whom it signs in as or why not. */
const accounts: [string, number, typeof jane, string][] = [
  ['LDAP or Active Directory', 0, jane, 'user:default/jdoe'],
  ['LDAP or Active Directory', 0, { ...jane, name: 'CORP\\jdoe' }, 'ATTRIBUTE_MISSING'],
  ['LDAP or Active Directory', 1, { ...jane, name: 'CORP\\jdoe' }, 'user:default/jdoe'],
  ['LDAP or Active Directory', 1, jane, 'ATTRIBUTE_MISSING'],
  ['Microsoft Graph', 0, jane, 'user:default/jane.doe_corp.example'],
  ['Microsoft Graph', 0, { ...other, name: 'internal', email: jane.email }, 'NO_MATCHING_USER'],
  ['Microsoft Graph', 1, byAddress, 'user:default/jane.doe_corp.example'],
  ['Microsoft Graph', 1, { ...other, email: jane.email }, 'NO_MATCHING_USER'],
  ['Microsoft Graph', 1, { ...other, name: 'jane.doe_corp.example' }, 'NO_MATCHING_USER'],
  ['GitHub organization', 0, jane, 'user:default/janed-codes'],
  ['GitHub organization', 0, { ...other, name: 'janed-codes' }, 'NO_MATCHING_USER'],
  ['GitLab organization', 0, jane, 'user:default/jdoe'],
  ['GitLab organization', 0, { ...other, email: jane.email }, 'NO_MATCHING_USER'],
  ['GitLab organization', 0, { ...other, name: 'jdoe' }, 'NO_MATCHING_USER'],
  ['Keycloak', 0, byAddress, 'user:default/jane.doe-corp.example'],
  ['Keycloak', 0, { ...other, name: 'jane.doe-corp.example' }, 'NO_MATCHING_USER'],
  ['Hand-written files', 0, byAddress, 'user:default/jane'],
  ['Hand-written files', 0, { ...jane, id: 105 }, 'NO_MATCHING_USER'],
  ['Two providers, one person', 0, jane, 'user:ldap/jane'],
];

const elsewhere: Record<string, readonly Entity[]> = {
  'Two providers, one person': ['github', 'ldap'].map(namespace =>
    userEntity('jane', { namespace, email: jane.email }),
  ),
};

describe('the recipes of docs/choosing-a-resolver.md', () => {
  it('are all tried here, with all their chains', () => {
    const tried = new Set(accounts.map(([title, nth]) => `${title} ${nth}`));
    const shown = [...recipes].flatMap(([title, { chains }]) =>
      chains.map((_chain, nth) => `${title} ${nth}`),
    );
    expect([...tried].sort()).toEqual(shown.sort());
  });

  it.each(accounts)('%s, chain %i: %j is %s', async (title, nth, account, expected) => {
    const { entities, chains } = recipes.get(title)!;
    const setup = readSignInSetup(
      new ConfigReader(chains[nth] as never),
      'auth.providers.bitbucketServer.production',
    );
    const { email, ...user } = account;
    const { trace } = await explainSignIn({
      user: { ...user, emailAddress: email, active: true, type: 'NORMAL' },
      baseUrl: setup.baseUrl,
      match: setup.match,
      profileTransform: setup.profileTransform,
      lookup: createEntityLookup([...entities, ...(elsewhere[title] ?? [])]),
      findDirectory: async ({ username }) => ({ readOnly: username !== 'internal' }),
    });
    const { decision } = trace;
    expect('userEntityRef' in decision ? decision.userEntityRef : decision.code).toBe(expected);
  });
});
