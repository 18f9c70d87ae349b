import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import type { AuditorService, RootLoggerService } from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { matchers, createSignInResolver } from '../../src/resolvers';
import { createDecisionObserver } from '../../src/observability';
import { createLogRecorder } from '../../demo/createLogRecorder';
import type { LogLine } from '../../demo/createLogRecorder';

const settled = () => new Promise(resolve => setImmediate(resolve));

describe("audit events in a backend, through Backstage's own auditor", () => {
  const lines: LogLine[] = [];
  let backend: Awaited<ReturnType<typeof startTestBackend>>;
  let auditor: AuditorService;

  beforeAll(async () => {
    const auth = createBackendPlugin({
      pluginId: 'auth',
      register(reg) {
        reg.registerInit({
          deps: { auditor: coreServices.auditor },
          async init(deps) {
            auditor = deps.auditor;
          },
        });
      },
    });
    backend = await startTestBackend({
      features: [
        auth,
        mockServices.auditor.factory(),
        createServiceFactory({
          service: coreServices.rootLogger,
          deps: {},
          factory: (): RootLoggerService => createLogRecorder(line => lines.push(line)),
        }),
      ],
    });
  });

  afterAll(() => backend.stop());

  it('tell of a refusal under the reference that the person sees, and not their name or email', async () => {
    lines.length = 0;
    const resolver = createSignInResolver({
      match: [matchers.profileEmail(), matchers.entityName({ from: 'username' })],
      lookup: { find: async () => ({ type: 'entities', entities: [] }) },
      onDecision: createDecisionObserver({ auditor, environment: 'production' }),
    });
    const fullProfile = { id: '7', username: 'private-name', provider: 'bitbucketServer' };
    const info = {
      profile: { email: 'private@corp.example' },
      result: { fullProfile, session: { accessToken: 'secret-token' } },
    };
    // No lookup asks the context, and nobody is issued a token.
    const refused = await resolver(info, {} as never).catch((error: unknown) => error);
    await settled();
    await settled();

    const audits = lines.filter(({ text }) => text.includes('bitbucket-server-sign-in'));
    expect(audits.map(({ plugin }) => plugin)).toEqual(['auth', 'auth']);
    const [initiated, failed] = audits.map(({ text }) => text);
    expect(initiated).toContain('auth.bitbucket-server-sign-in');
    const { reference } = refused as { reference: string };
    expect(initiated).toContain(reference);
    expect(initiated).toContain('NO_MATCHING_USER');
    expect(initiated).toContain('production');
    expect(failed).toContain('NO_MATCHING_USER');
    expect(lines.map(({ text }) => text).join('\n')).not.toMatch(/private|secret/);
  });
});
