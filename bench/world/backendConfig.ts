import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';

/** What the backends of a world have in common. */
export interface BackendSettings {
  readonly port: number;
  readonly database: JsonObject;
  readonly keyStore: JsonObject;
  /** Addresses of plugins that another process serves. */
  readonly plugins: Readonly<Record<string, string>>;
}

export const appOrigin = 'http://127.0.0.1:3000';

export function backendConfig({ port, database, keyStore, plugins }: BackendSettings) {
  const endpoints = Object.entries(plugins).map(([plugin, origin]) => ({
    target: `${origin}/api/{{pluginId}}`,
    plugins: [plugin],
  }));
  return {
    app: { baseUrl: appOrigin },
    backend: {
      baseUrl: `http://127.0.0.1:${port}`,
      listen: { host: '127.0.0.1', port },
      database,
      auth: { pluginKeyStore: keyStore },
    },
    discovery: { endpoints },
  };
}

/** Keys that all backends of a world share, so that the catalog knows the tokens of each. */
export function createKeyStore(): { readonly config: JsonObject; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  const [publicKeyFile, privateKeyFile] = [join(folder, 'public.pem'), join(folder, 'private.pem')];
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  const key = { keyId: 'bench', algorithm: 'ES256', publicKeyFile, privateKeyFile };
  return {
    config: { type: 'static', static: { keys: [key] } },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
