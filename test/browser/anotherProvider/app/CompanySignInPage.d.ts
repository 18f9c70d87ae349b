import type { SignInPageProps } from '@backstage/core-plugin-api';
import type { JSX } from 'react';

// The sample in docs/frontend.md: bundleWithSample.ts puts it here.
export function CompanySignInPage(props: SignInPageProps): JSX.Element;
