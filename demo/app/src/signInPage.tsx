import { SignInPage } from '@backstage/core-components';
import { bitbucketServerAuthApiRef } from '@backstage/core-plugin-api';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';

/** The sign-in page with one way in. */
export const signInPage = SignInPageBlueprint.make({
  params: {
    loader: async () => props => (
      <SignInPage
        {...props}
        provider={{
          id: 'bitbucketServer',
          title: 'Bitbucket Server',
          message: 'Sign in with your Bitbucket Server account',
          apiRef: bitbucketServerAuthApiRef,
        }}
      />
    ),
  },
});
