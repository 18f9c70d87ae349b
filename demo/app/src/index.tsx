import '@backstage/ui/css/styles.css';
import { createApp } from '@backstage/frontend-defaults';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import userSettingsPlugin from '@backstage/plugin-user-settings/alpha';
import { createRoot } from 'react-dom/client';
import { bitbucketServerAuthApi } from './bitbucketServerAuthApi';
import { homePage } from './homePage';
import { signInPage } from './signInPage';

const bitbucketServerSignIn = createFrontendModule({
  pluginId: 'app',
  extensions: [bitbucketServerAuthApi, signInPage, homePage],
});

const app = createApp({ features: [catalogPlugin, userSettingsPlugin, bitbucketServerSignIn] });

createRoot(document.getElementById('root')!).render(app.createRoot());
