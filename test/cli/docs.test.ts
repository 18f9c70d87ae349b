import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from 'backstage-bitbucket-server';
import { createProgram } from '../../cli/src/command';
import { runInMemory } from './runInMemory';

const docs = readFileSync(join(__dirname, '../../docs/audit.md'), 'utf8');
const world = join(__dirname, '../../demo/world');

describe('docs/audit.md', () => {
  const program = createProgram(
    {
      stdout: () => undefined,
      stderr: () => undefined,
      env: {},
      cwd: '.',
      isTerminal: false,
      width: 80,
      signal: new AbortController().signal,
    },
    () => undefined,
  );

  it('tells every command and option, and none that there is not', () => {
    const options = [program, ...program.commands].flatMap(command =>
      command.options.map(({ long }) => String(long)),
    );
    const known = new Set([...options, '--help']);
    const told = new Set(docs.match(/(?<=[\s`(|])--[a-z][a-z-]*/g));
    for (const command of program.commands) {
      expect(docs).toMatch(new RegExp(`^## .*\`${command.name()}\\b`, 'm'));
    }
    for (const option of options) expect([...told]).toContain(option);
    // --import belongs to node, in the line that measures.
    for (const option of told) expect([...known, '--import']).toContain(option);
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
