import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { useFolder } from '../support/useFolder';
import { pictureOfTerminal } from './pictureOfTerminal';
import { runInMemory } from './runInMemory';

const root = join(__dirname, '../..');
const demo = 'npm run demo:audit --';

/** What the pictures of docs/audit.md show. */
describe('in a terminal', () => {
  const folder = useFolder();

  beforeEach(() => {
    cpSync(join(root, 'demo/world'), join(folder.path, 'demo/world'), { recursive: true });
  });

  /** All that is written, in its order. */
  async function runInTerminal(...args: string[]) {
    let output = '';
    const keep = (text: string) => void (output += text);
    const files = ['--users', 'demo/world/users', '--entities', 'demo/world/catalog.yaml'];
    const configs = ['--config', 'demo/world/app-config.yaml'];
    await runInMemory(['audit', ...configs, ...files, ...args], {
      cwd: folder.path,
      env: { BITBUCKET_URL: 'http://127.0.0.1:7990' },
      isTerminal: true,
      stdout: keep,
      stderr: keep,
    });
    return output;
  }

  it('the diff of --fix is in colour', async () => {
    const args = ['--fix', '--write-missing', 'temp/people.yaml'];
    const output = await runInTerminal(...args);
    expect(output).toContain('\n\u001b[32m+    127.0.0.1/user-id: "1120"\u001b[39m\n');
    expect(output).toContain('\n metadata:\n');
    await pictureOfTerminal('audit-fix', `${demo} ${args.join(' ')}`, output);
  });

  it('the changes of --compare are in colour', async () => {
    const args = ['--config', 'demo/world/bySlug.app-config.yaml'];
    args.push('--compare', 'demo/world/app-config.yaml');
    const output = await runInTerminal(...args);
    expect(output).toContain('\n\u001b[31mbecomes another\u001b[39m jane.doe@corp.example: ');
    const end = output.slice(output.indexOf('Compared with'), output.indexOf('71 lists of'));
    await pictureOfTerminal('audit-compare', `${demo} ${args.join(' ')}`, `…\n\n${end}…\n`);
  });
});
