import { join } from 'node:path';
import * as publicApi from '../../src';
import { readSourceTree } from './rules/readSourceTree';

describe('the public API', () => {
  it('exports every name that users rely on', () => {
    expect(Object.keys(publicApi)).toEqual(
      expect.arrayContaining([
        'SignInError',
        'agreement',
        'bitbucketServerAuthenticator',
        'bitbucketServerProfileTransforms',
        'bitbucketServerSignInResolvers',
        'composeProfileTransforms',
        'createBitbucketServerAuthenticator',
        'createBitbucketServerSignInResolvers',
        'createCatalogUserLookup',
        'createSignInResolver',
        'default',
        'explainSignIn',
        'fetchBitbucketServerUser',
        'isSignInError',
        'matchers',
        'parseBitbucketServerUser',
        'toPassportProfile',
      ]),
    );
    expect(Object.keys(publicApi.matchers)).toEqual(
      expect.arrayContaining(['annotation', 'emailLocalPart', 'entityName', 'profileEmail']),
    );
  });

  it('names each thing, so that nothing becomes public by accident', () => {
    const index = readSourceTree(join(__dirname, '../../src')).find(
      ({ path }) => path === 'index.ts',
    );
    expect(index?.onlyReexports).toBe(true);
    expect(index?.exports).toEqual(expect.arrayContaining(Object.keys(publicApi)));
  });
});
