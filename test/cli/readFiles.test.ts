import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import { readEntityFiles, readUserFiles } from 'backstage-bitbucket-server';
import { useFolder } from '../support/useFolder';
import { bitbucketUser } from './worlds';

const folder = useFolder();
const { write } = folder;

const user = (name: string, more = '') =>
  `apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: ${name}\n${more}spec:\n  memberOf: []\n`;

const place = ({ source }: { source?: { file: string; line?: number } }) =>
  source && `${source.file.slice(folder.path.length + 1)}:${source.line}`;

describe('entities from files', () => {
  it('know file and line, and what the catalog would reject is a finding that does too', async () => {
    write('org/a.yaml', `# people\n${user('ann')}---\n${user('not valid')}---\n${user('bea')}`);
    const { items, findings, notes } = await readEntityFiles(join(folder.path, 'org'));
    expect(items.map(({ metadata, source }) => [metadata.name, place({ source })])).toEqual([
      ['ann', 'org/a.yaml:2'],
      ['bea', 'org/a.yaml:16'],
    ]);
    expect(findings.map(finding => [finding.rule, finding.severity, place(finding)])).toEqual([
      ['rejectedEntity', 'warning', 'org/a.yaml:9'],
    ]);
    expect(findings[0]!.text).toMatch(
      /org\/a\.yaml:9: the catalog rejects this document: "metadata.name" is not valid; expected a string .* found "not valid"\.$/,
    );
    expect(notes).toEqual([]);
  });

  it('are nothing of a file with one document that cannot be read, and each of them is named', async () => {
    write('org/a.yaml', `${user('ann')}---\n${user('bea')}---\nkind: User\nmetadata: [\n`);
    write('org/b.yaml', user('cem'));
    const { items, findings } = await readEntityFiles(join(folder.path, 'org'));
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['cem']);
    expect(findings.map(({ concerns }) => concerns)).toEqual([
      [],
      ['user:default/ann', 'user:default/bea'],
    ]);
  });

  it('are not all that is YAML in a folder', async () => {
    write('a.yaml', user('ann'));
    write('mkdocs.yml', 'site_name: Docs\n');
    write('values.yaml', '- a\n- list\n');
    write('chart/templates/x.yaml', 'kind: {{ .Values.kind }}\n');
    write('package.json', { name: 'x' });
    write('k8s.yaml', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: Not_Of_Ours\n');
    const { items, findings, notes } = await readEntityFiles(folder.path);
    expect(items).toHaveLength(1);
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      `${folder.path}: 4 files hold no entities and were left out: x.yaml, mkdocs.yml, package.json, values.yaml`,
    ]);
  });

  it('are those behind links too, each once, and a circle of links ends', async () => {
    write('org/a.yaml', user('ann'));
    write('org/team/b.yaml', user('bea'));
    write('elsewhere/c.yaml', user('cem'));
    const at = (path: string) => join(folder.path, path);
    symlinkSync(at('elsewhere'), at('org/linked'));
    symlinkSync(at('org'), at('org/team/circle'));
    symlinkSync(at('org/team/b.yaml'), at('org/again.yaml'));
    symlinkSync(at('nowhere'), at('org/README'));
    const { items, findings } = await readEntityFiles(at('org'));
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(['ann', 'bea', 'cem']);
    expect(findings).toEqual([]);
    symlinkSync(at('nowhere'), at('org/lost.yaml'));
    await expect(readEntityFiles(at('org'))).rejects.toThrow(/lost\.yaml does not exist/);
  });

  it('tell the owners of everything in them', async () => {
    const component = (name: string, owner: string, more = '') =>
      `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${name}\n${more}spec:\n  owner: ${owner}\n---\n`;
    const files = [
      component('a', 'jane'),
      component('b', 'User:Jane', '  namespace: shop\n'),
      component('c', '":"'),
      component('d', '[a, list]'),
      user('ann'),
    ];
    write('a.yaml', files.join(''));
    write('refused.yaml', `${component('e', 'user:nobody')}${user('bea')}---\nkind: User\n`);
    const relations = [
      { type: 'ownedBy', targetRef: 'user:default/kim' },
      { type: 'partOf', targetRef: 'system:default/s' },
    ];
    const metadata = { name: 'f', uid: '1' };
    write('b.json', { items: [{ kind: 'API', apiVersion: 'x/y', metadata, relations }] });
    const { owners } = await readEntityFiles(folder.path);
    expect([...owners].sort()).toEqual([
      ...['group:default/jane', 'user:default/kim', 'user:shop/jane'],
    ]);
  });

  it('are the later of two in one file; of two files, both when it matters', async () => {
    const email = (name: string) => `  annotations:\n    corp.example/mail: ${name}\n`;
    write('a.yaml', `${user('ann', email('one'))}---\n${user('Ann', email('two'))}`);
    write('b.yaml', user('bea'));
    write('c.yaml', `${user('bea')}---\n${user('ann', email('three'))}`);
    const { items, findings } = await readEntityFiles(folder.path);
    const mails = items.map(({ metadata }) => metadata.annotations?.['corp.example/mail']);
    expect(mails).toEqual(['two', 'three', undefined]);
    expect(findings.map(finding => [finding.rule, finding.concerns, place(finding)])).toEqual([
      ['duplicateEntity', ['user:default/ann'], 'a.yaml:10'],
      ['duplicateEntity', ['user:default/bea'], 'c.yaml:1'],
      ['duplicateEntity', ['user:default/ann'], 'c.yaml:8'],
    ]);
    expect(findings[2]!.text).toContain('it is not known who becomes this entity');
  });

  it('are not known when another file has one with the same ref that the catalog rejects', async () => {
    const broken = user('ann').replace('[]', "['']");
    write('a.yaml', broken);
    write('b.yaml', user('ann'));
    write('c.yaml', `${user('bea')}---\n${broken.replace('ann', 'bea')}`);
    write('d.yaml', `${broken.replace('ann', 'cem')}---\n${user('cem')}`);
    const { items, findings } = await readEntityFiles(folder.path);
    expect(items.map(({ metadata, isUncertain }) => [metadata.name, isUncertain])).toEqual([
      ['ann', true],
      ['cem', undefined],
    ]);
    const twice = findings.filter(({ rule }) => rule === 'duplicateEntity');
    expect(twice.map(finding => [finding.concerns[0], place(finding)])).toEqual([
      ['user:default/ann', 'b.yaml:1'],
      ['user:default/bea', 'c.yaml:8'],
      ['user:default/cem', 'd.yaml:8'],
    ]);
    expect(twice[0]!.text).toMatch(/it rejects one of them: it may have neither$/);
    expect(twice[1]!.text).toMatch(/the catalog keeps the later, and rejects it$/);
  });

  it('of JSON are read like those of YAML: several documents, a byte order mark', async () => {
    const entity = (name: string) =>
      JSON.stringify({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'User',
        metadata: { name },
        spec: { memberOf: [] },
      });
    write('a.json', `${entity('ann')}\n---\n${entity('bea')}\n`);
    write('b.json', `\ufeff${entity('cem')}`);
    write('c.json', `\ufeff[${entity('dan')}]`);
    const { items } = await readEntityFiles(folder.path);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['ann', 'bea', 'cem', 'dan']);
    write('d.json', `[${entity('eli')},`);
    await expect(readEntityFiles(folder.path)).rejects.toThrow(/d\.json: cannot be read as JSON/);
  });

  it('of an answer of the catalog are taken as they are, and others are judged', async () => {
    const metadata = { name: 'ann', uid: '1' };
    const kept = { apiVersion: 'x/v1', kind: 'User', metadata, relations: [], spec: {} };
    const written = { ...kept, metadata: { name: 'bea' } };
    const path = write('a.json', { items: [kept, written], pageInfo: { nextCursor: 'more' } });
    const { items, findings } = await readEntityFiles(path);
    expect(items.map(({ metadata: { name } }) => name)).toEqual(['ann']);
    expect(findings.map(({ rule }) => rule)).toEqual(['incompleteList', 'rejectedEntity']);
  });

  it('do not count with a placeholder, which nobody here resolves', async () => {
    const path = write('a.yaml', user('ann', '  description:\n    $text: ./about.txt\n'));
    await expect(readEntityFiles(path)).rejects.toThrow(/placeholder "\$text"/);
  });
});

describe('users from files', () => {
  const page = (values: JsonObject[], rest: JsonObject) => ({ values, ...rest });

  it('of several servers are not merged, and are a finding', () => {
    write('a.json', [bitbucketUser('ann', { id: 1 }), bitbucketUser('bea', { id: 2 })]);
    write('b.json', [bitbucketUser('cem', { id: 1 }), bitbucketUser('Bea', { id: 3 })]);
    const { items, findings } = readUserFiles(folder.path);
    expect(items).toHaveLength(4);
    expect(findings.map(({ rule, severity, concerns }) => [rule, severity, concerns])).toEqual([
      ['duplicateAccount', 'danger', ['bitbucket:ann', 'bitbucket:cem']],
      ['duplicateAccount', 'danger', ['bitbucket:bea', 'bitbucket:Bea']],
    ]);
  });

  it('that are there again count once, the later one, and a note says so', () => {
    const old = bitbucketUser('ann', { id: 1, emailAddress: 'old@corp.example' });
    write('a.json', old);
    write('b.json', { ...old, emailAddress: 'new@corp.example' });
    const { items, findings, notes } = readUserFiles(folder.path);
    expect(items).toEqual([expect.objectContaining({ emailAddress: 'new@corp.example' })]);
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      `${folder.path}: 1 user is listed more than once with the same id and name; the last one counts`,
    ]);
  });

  it('may begin with a byte order mark', () => {
    const path = write('a.json', `\ufeff${JSON.stringify([bitbucketUser('ann')])}`);
    expect(readUserFiles(path).items).toHaveLength(1);
  });

  it('of a page whose next one is not there are not all, and that is a finding', () => {
    const first = page([bitbucketUser('ann')], { start: 0, isLastPage: false, nextPageStart: 1 });
    write('1.json', first);
    write(
      '2.json',
      page([bitbucketUser('bea')], { start: 1, isLastPage: false, nextPageStart: 2 }),
    );
    const { findings } = readUserFiles(folder.path);
    expect(findings.map(finding => [finding.rule, finding.source?.file])).toEqual([
      ['incompleteList', join(folder.path, '2.json')],
    ]);
    write('3.json', page([bitbucketUser('cem')], { start: 2, isLastPage: true }));
    expect(readUserFiles(folder.path).findings).toEqual([]);
  });
});
