import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectations } from '../../demo/world/expectations';
import type { AuditReport } from 'backstage-bitbucket-server';

const root = join(__dirname, '../..');

describe('the audit of the demo', () => {
  it('prints the table, writes the report, and says of everybody what the demo expects', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-demo-'));
    try {
      const loader = require.resolve('tsx', { paths: [root] });
      const args = ['--import', loader, join(root, 'demo/audit.ts'), '--json', 'report.json'];
      const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') };
      const child = spawn(process.execPath, args, { cwd: folder, env });
      let stdout = '';
      child.stdout.on('data', chunk => void (stdout += String(chunk)));
      expect(await new Promise(resolve => child.once('close', resolve))).toBe(0);
      for (const { username } of expectations) expect(stdout).toContain(`│ ${username} `);
      expect(stdout).toContain('people would sign in');
      expect(readFileSync(join(folder, 'temp/audit-report.html'), 'utf8')).toContain('<svg');

      const text = readFileSync(join(folder, 'report.json'), 'utf8');
      const { people } = JSON.parse(text) as AuditReport;
      const verdicts = people.map(({ username, entityRef, code }) => [username, entityRef ?? code]);
      const expected = expectations.map(({ username, expect: outcome }) => [
        username,
        'entityRef' in outcome ? outcome.entityRef : outcome.code,
      ]);
      expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
