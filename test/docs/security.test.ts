import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, readDoc, readTable } from './support/readDocs';

const doc = readDoc('docs/security.md');
const guarantees = doc.text.slice(
  doc.text.indexOf('## What we guarantee'),
  doc.text.indexOf('## What we do not guarantee'),
);
// Not as links: the package that holds the document has no tests.
const testsIn = (text: string) => [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file!);

describe('docs/security.md', () => {
  it('names every attack', () => {
    const attacks = readdirSync(join(projectRoot, 'test/attack'))
      .filter(file => file.endsWith('.test.ts'))
      .map(file => `test/attack/${file}`);
    expect(attacks.length).toBeGreaterThan(15);
    expect(testsIn(guarantees)).toEqual(expect.arrayContaining(attacks));
  });

  it('names no test that is not there', () => {
    const files = testsIn(doc.text);
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter(file => !existsSync(join(projectRoot, file)))).toEqual([]);
  });

  it('names a test for every guarantee', () => {
    const items = guarantees.split('\n').filter(line => line.startsWith('- '));
    expect(items.length).toBeGreaterThan(15);
    for (const item of items) expect([item, testsIn(item).length]).not.toEqual([item, 0]);
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
