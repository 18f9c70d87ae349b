import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from 'backstage-bitbucket-server';
import { runInMemory } from './runInMemory';

const docs = readFileSync(join(__dirname, '../../docs/audit.md'), 'utf8');
const world = join(__dirname, '../../demo/world');

describe('docs/audit.md', () => {
  it('tells every command and option, and none that there is not', async () => {
    const help = async (...command: string[]) => (await runInMemory([...command, '--help'])).stdout;
    const commands = [...(await help()).matchAll(/^ {2}(\w+) \[options\]/gm)].map(
      ([, name]) => name!,
    );
    expect(commands.length).toBeGreaterThan(2);
    const pages = await Promise.all(
      [[], ...commands.map(name => [name])].map(name => help(...name)),
    );
    const options = pages.flatMap(page => page.match(/(?<=^ {2}(-\w, )?)--[a-z][a-z-]*/gm) ?? []);
    expect(options.length).toBeGreaterThan(20);
    const told = new Set(docs.match(/(?<=[\s`(|])--[a-z][a-z-]*/g));
    for (const command of commands) {
      expect(docs).toMatch(new RegExp(`^## .*\`${command}\\b`, 'm'));
    }
    for (const option of options) {
      if (option !== '--help') expect([...told]).toContain(option);
    }
    const ofOthers = ['--import', '--allow-empty'];
    for (const option of told) expect([...options, ...ofOthers]).toContain(option);
  });

  it('tells every kind of finding', () => {
    const source = readFileSync(join(__dirname, '../../cli/src/findings.ts'), 'utf8');
    const rules = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, rule]) => rule!);
    expect(rules.length).toBeGreaterThan(6);
    for (const rule of rules) expect(docs).toContain(`\`${rule}\``);
  });

  it('tells the exit codes', () => {
    for (const code of Object.values(exitCodes)) {
      expect(/Exit codes: .*/.exec(docs)?.[0]).toMatch(new RegExp(`\\b${code} `));
    }
  });

  it.each(['lise', 'user:default/margaret'])('shows what "explain %s" prints', async who => {
    const files = ['--config', join(world, 'app-config.yaml'), '--users', join(world, 'users')];
    const { stdout } = await runInMemory(
      ['explain', who, ...files, '--entities', join(world, 'catalog.yaml')],
      { env: { BITBUCKET_URL: 'http://127.0.0.1:7990' } },
    );
    expect(docs).toContain(stdout.trim());
  });
});
