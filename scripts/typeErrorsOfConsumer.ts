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
import { readAuditSettings, runAudit } from 'backstage-bitbucket-server';
import type { AuditReport } from 'backstage-bitbucket-server';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';
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
export async function audit(config: Config): Promise<AuditReport> {
  const settings = { ...readAuditSettings(config), match: [{ matcher: matchers.profileEmail() }] };
  return await runAudit({ settings, payloads: [], entities: [] });
}
// @ts-expect-error a matcher that does not exist
matchers.byShoeSize();
// @ts-expect-error an audit without its data
void runAudit();
`;

/** Compiles a small user of the packages in `folder`, where they are installed. */
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
  const ours = new RegExp(
    `^(consumer\\.ts|node_modules/(${name}|backstage-bitbucket-server)/|error )`,
  );
  return stdout.split('\n').filter(line => ours.test(line));
}
