import '@backstage/ui/css/styles.css';
import { bitbucketServerAuthApiRef, useApi } from '@backstage/core-plugin-api';
import { createApp } from '@backstage/frontend-defaults';
import { createFrontendModule, PageBlueprint } from '@backstage/frontend-plugin-api';
import { SignInPageBlueprint } from '@backstage/plugin-app-react';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import userSettingsPlugin from '@backstage/plugin-user-settings/alpha';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { bitbucketServerAuthApi } from '../../../../demo/app/src/bitbucketServerAuthApi';
import { CompanySignInPage } from './CompanySignInPage';

/** What a plugin does that works in Bitbucket as the person. */
function Plugin() {
  const bitbucketServer = useApi(bitbucketServerAuthApiRef);
  const [token, setToken] = useState('');
  const ask = async (scope: string) => setToken(await bitbucketServer.getAccessToken(scope));
  return (
    <>
      <button onClick={() => void ask('PUBLIC_REPOS')}>Ask Bitbucket</button>
      <button onClick={() => void ask('PROJECT_ADMIN')}>Ask for more</button>
      <output>{token}</output>
    </>
  );
}

const pluginPage = PageBlueprint.make({
  name: 'plugin',
  params: { path: '/plugin', loader: async () => <Plugin /> },
});

const signInPage = SignInPageBlueprint.make({
  params: { loader: async () => CompanySignInPage },
});

const company = createFrontendModule({
  pluginId: 'app',
  extensions: [bitbucketServerAuthApi, signInPage, pluginPage],
});

const app = createApp({ features: [catalogPlugin, userSettingsPlugin, company] });

createRoot(document.getElementById('root')!).render(app.createRoot());
