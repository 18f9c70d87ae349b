import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, readDoc, readTable } from './support/readDocs';

const doc = readDoc('docs/security.md');
const guarantees = doc.text.slice(
  doc.text.indexOf('## What we guarantee'),
  doc.text.indexOf('## What we do not guarantee'),
);
const linked = [...doc.text.matchAll(/\[([\w.]+)\]\(\.\.\/(test\/[^)]+)\)/g)];

describe('docs/security.md', () => {
  it('names every attack', () => {
    const attacks = readdirSync(join(projectRoot, 'test/attack'))
      .filter(file => file.endsWith('.test.ts'))
      .sort();
    expect(attacks.length).toBeGreaterThan(15);
    const named = [...guarantees.matchAll(/\]\(\.\.\/test\/attack\/([^)]+)\)/g)];
    expect([...new Set(named.map(([, file]) => file))].sort()).toEqual(attacks);
  });

  // test/docs/links.test.ts sees to it that the files are there.
  it('calls each test by the name of its file', () => {
    expect(linked.length).toBeGreaterThan(30);
    for (const [, name, file] of linked) expect(file).toMatch(new RegExp(`/${name}\\.test\\.ts$`));
  });

  it('names a test for every guarantee', () => {
    const items = guarantees.split('\n').filter(line => line.startsWith('- '));
    expect(items.length).toBeGreaterThan(15);
    for (const item of items) expect(item).toContain('](../test/');
  });

  it('says of every requirement whether it holds, and by what or why not', () => {
    const rows = readTable(doc, 'Requirement', 'Holds', 'By what, or why not');
    for (const [requirement, holds, reason] of rows) {
      expect(requirement).toMatch(/^(RFC 9700 §|ASVS \d)/);
      expect(['yes', 'partly', 'no']).toContain(holds);
      expect(reason).not.toBe('');
    }
  });
});
