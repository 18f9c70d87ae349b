import { ConfigReader } from '@backstage/config';
import type { AuthResolverContext } from '@backstage/plugin-auth-node';
import { parseBitbucketServerUser, toPassportProfile } from '../../src/profile';
import { readSignInSetup } from '../../src/readSignInSetup';
import { traceChain } from '../../src/resolvers';
import type { ChainStep, Matcher } from '../../src/resolvers';
import type { composeProfileTransforms } from '../../src/transforms';
import { createEntityLookup, userEntity } from '../support/createEntityLookup';
import { environmentsOf } from './support/environmentsOf';
import { loadSample } from './support/loadSample';
import { readDoc } from './support/readDocs';
import type { Doc } from './support/readDocs';

const composing = readDoc('docs/composing.md');

/** The first block of a language that contains a text. */
function blockWith({ blocks, path }: Doc, language: string, part: string) {
  const block = blocks.find(each => each.language === language && each.text.includes(part));
  if (!block) throw new Error(`${path} has no ${language} block with ${part}`);
  return block;
}

function read<T>(doc: Doc, name: string): T {
  return loadSample(blockWith(doc, 'ts', `export const ${name}`))[name] as T;
}

describe('docs/composing.md', () => {
  it('has a matcher of one’s own that matches', async () => {
    const matcher = read<Matcher>(composing, 'staffNumber');
    const ada = userEntity('ada', { annotations: { 'example.com/staff': '004711' } });
    const lookup = createEntityLookup([ada]);
    const outcomes = ['lovelace004711', 'hopper004712', 'babbage'].map(async username => {
      const subject = { username, refresh: false };
      return (await traceChain({ match: [matcher], subject, lookup })).steps[0]!.outcome;
    });
    expect(await Promise.all(outcomes)).toEqual(['matched', 'none', 'missing']);
  });

  it('explains a sign-in with the text that it shows', async () => {
    const { explain } = loadSample(blockWith(composing, 'ts', 'function explain')) as {
      explain: (payload: unknown, lookup: unknown) => Promise<string>;
    };
    const payload = { id: 101, name: 'ada', slug: 'ada', emailAddress: 'ada@example.com' };
    const lookup = createEntityLookup([userEntity('ada')]);
    const shown = blockWith(composing, 'text', 'ada (id 101').text;
    expect(await explain(payload, lookup)).toBe(shown);
  });

  it('has the same chain in the configuration as in code', async () => {
    const [environment] = environmentsOf(blockWith(composing, 'yaml', 'employees'));
    const inConfig = readSignInSetup(new ConfigReader(environment!.config), 'production').match;
    // The code makes a resolver of its list, so the list is read on its way there.
    let match: readonly (Matcher | ChainStep)[] = [];
    const sample = blockWith(composing, 'ts', "'employees', 'contractors'");
    const seen = sample.text.replace('createSignInResolver({', 'keep({');
    (globalThis as { keep?: unknown }).keep = (options: { match: typeof match }) => {
      ({ match } = options);
    };
    try {
      loadSample({ ...sample, text: seen });
    } finally {
      delete (globalThis as { keep?: unknown }).keep;
    }
    const subject = { id: '7', username: 'jane', email: 'jane@example.com', refresh: false };
    const plansOf = (steps: readonly ChainStep[]) =>
      steps.map(({ matcher, onMissing }) => ({
        onMissing,
        plan: JSON.parse(
          JSON.stringify(matcher.match(subject), (key, value: unknown) =>
            key === 'matcher' ? undefined : value,
          ),
        ) as unknown,
      }));
    const inCode = match.map(item => ('matcher' in item ? item : { matcher: item }));
    expect(plansOf(inCode)).toEqual(plansOf(inConfig));
  });
});

describe('docs/profile-transforms.md', () => {
  it('has a step that makes the name readable, and one that refuses other domains', async () => {
    const transform = read<ReturnType<typeof composeProfileTransforms>>(
      readDoc('docs/profile-transforms.md'),
      'profileTransform',
    );
    const profileOf = (emailAddress: string) => {
      const user = parseBitbucketServerUser({
        id: 101,
        name: 'ada',
        slug: 'ada',
        displayName: 'Lovelace, Ada [EXT]',
        emailAddress,
      });
      const fullProfile = toPassportProfile(user, { baseUrl: 'https://bitbucket.example.com' });
      return transform({ fullProfile }, {} as AuthResolverContext);
    };
    expect((await profileOf('ada@example.com')).profile.displayName).toBe('Ada Lovelace');
    await expect(profileOf('ada@elsewhere.example')).rejects.toMatchObject({
      code: 'EMAIL_DOMAIN_NOT_ALLOWED',
    });
  });
});
