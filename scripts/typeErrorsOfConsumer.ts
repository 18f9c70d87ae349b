import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const name = 'backstage-plugin-auth-backend-module-bitbucket-server';

const consumer = `
import authModuleBitbucketServer, {
  agreement, bitbucketServerSignInResolvers, createBitbucketServerAuthenticator, createSignInResolver,
  isSignInError, matchers,
} from '${name}';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import { createOAuthProviderFactory } from '@backstage/plugin-auth-node';

export const feature: BackendFeature = authModuleBitbucketServer;
export const factory = createOAuthProviderFactory({
  authenticator: createBitbucketServerAuthenticator(),
  signInResolverFactories: bitbucketServerSignInResolvers,
  signInResolver: createSignInResolver({
    match: [agreement([matchers.profileEmail(), matchers.entityName({ from: 'username' })])],
  }),
});
export function codeOf(error: unknown): string | undefined {
  return isSignInError(error) ? error.code : undefined;
}
// @ts-expect-error a matcher that does not exist
matchers.byShoeSize();
`;

/** Compiles a small user of the package in `folder`, where the package is installed. */
export function typeErrorsOfConsumer(folder: string): string[] {
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const types = join(root, 'node_modules/@types');
  const { stdout, error } = spawnSync(
    process.execPath,
    [
      ...[compiler, '--noEmit', '--strict', '--target', 'es2022', '--module', 'node16'],
      ...['--esModuleInterop', '--types', 'node', '--typeRoots', types, 'consumer.ts'],
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (error) throw error;
  // The declarations of other packages have errors of their own, which are not ours to mend.
  const ours = new RegExp(`^(consumer\\.ts|node_modules/${name}/|error )`);
  return stdout.split('\n').filter(line => ours.test(line));
}
