import { basename } from 'node:path';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import { Composer, LineCounter, Parser } from 'yaml';
import { AuditError } from '../AuditError';
import type { Finding, SourcedEntity } from '../findings';
import { envelopeProblem, judgeEntity, ownersOf } from './catalogRules';
import { createEntityCollector, isPersonOrGroup, placeOf, slimEntity } from './collectors';
import type { SourceResult, WrittenEntity } from './collectors';
import { isObject, listFiles, listSome, readText, withoutByteOrderMark } from './files';

/**
 * What entity files hold.
 *
 * @public
 */
export interface EntityFiles extends SourceResult<SourcedEntity> {
  /** Refs that own an entity of any kind in these files. */
  readonly owners: readonly string[];
}

/**
 * Reads `User` and `Group` entities from files, and judges each document as the catalog does that
 * reads the file as a location: what it would reject is not among the items, and is a finding with
 * file and line.
 *
 * - YAML, several documents per file, or one entity as JSON: a location. A document that cannot be
 *   read, or has no kind or name, makes the catalog refuse the whole file.
 * - JSON with a list, or `{ "items": [ … ] }`: an answer of the catalog's API. Items with a
 *   `metadata.uid` were accepted by a catalog; others are judged like documents.
 *
 * @param path - a file, or a folder of which every `*.yaml`, `*.yml` and `*.json` is read. Files in a
 * folder that hold no entities are left out, with a note.
 * @throws {@link AuditError} that names the file which cannot be read, or when nothing is left
 * @example
 * ```ts
 * const { items, findings } = await readEntityFiles('catalog/org');
 * for (const { text } of findings) console.warn(text);
 * ```
 * @public
 */
export async function readEntityFiles(path: string): Promise<EntityFiles> {
  const collector = createEntityCollector();
  const findings: Finding[] = [];
  const notes: string[] = [];
  const others: string[] = [];
  const owners = new Set<string>();
  for (const file of listFiles(path, ['.yaml', '.yml', '.json'], 'entities')) {
    const content = readContent(file);
    const judged = await judgeFile(file, content);
    if (file !== path && !judged.holdsEntities) {
      others.push(file);
      continue;
    }
    if (content.hasMore) {
      findings.push({
        rule: 'incompleteList',
        severity: 'warning',
        text: `${file}: this page is not the last of its list: people whose entity is on a later page are not found`,
        concerns: [],
        source: { file },
      });
    }
    collector.add(judged.entities);
    for (const owner of judged.owners) owners.add(owner);
    findings.push(...judged.findings);
  }
  if (others.length > 0) {
    const count = others.length === 1 ? '1 file holds' : `${others.length} files hold`;
    const names = others.map(file => basename(file));
    notes.push(`${path}: ${count} no entities and were left out: ${listSome(names)}`);
  }
  const items = collector.entities();
  if (items.length === 0 && findings[0]) throw new AuditError(findings[0].text);
  return {
    items,
    owners: [...owners],
    notes,
    findings: [...findings, ...collector.findings()],
  };
}

interface Document {
  readonly line?: number;
  readonly value?: unknown;
  /** Why it cannot be read. */
  readonly problem?: string;
}

interface FileContent {
  /** One after the other: 50,000 syntax trees are a gigabyte. */
  readonly documents: Iterable<Document>;
  /** Whether it is an answer of the catalog's API, and no location. */
  readonly isAnswer: boolean;
  /** Whether it is a page that others follow. */
  readonly hasMore: boolean;
  readonly text: string;
}

function readContent(file: string): FileContent {
  const text = readText(file);
  const answer = file.endsWith('.json') ? parseAnswer(file, text) : undefined;
  if (answer) return { ...answer, isAnswer: true, text };
  return { documents: parseYaml(text), isAnswer: false, hasMore: false, text };
}

/** @returns `undefined` for what is neither a list nor a page */
function parseAnswer(file: string, text: string) {
  let content: unknown;
  try {
    content = JSON.parse(withoutByteOrderMark(text));
  } catch (error) {
    // To the catalog a location is YAML whatever its name, such as several documents of JSON.
    if ([...parseYaml(text)].every(({ problem }) => problem === undefined)) return undefined;
    throw new AuditError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
  const { items, pageInfo } = isObject(content) ? content : { items: content, pageInfo: undefined };
  if (!Array.isArray(items)) return undefined;
  const hasMore = isObject(pageInfo) && typeof pageInfo.nextCursor === 'string';
  return { documents: items.map((value: unknown) => ({ value })), hasMore };
}

/** With the parser of the catalog. */
function* parseYaml(text: string): Generator<Document> {
  const lines = new LineCounter();
  const tokens = new Parser(lines.addNewLine).parse(text);
  const mayBeCircular = text.includes('&');
  for (const document of new Composer({ merge: false, logLevel: 'error' }).compose(tokens)) {
    const [error] = document.errors;
    if (error) {
      const { line } = lines.linePos(error.pos[0]);
      yield { line, problem: `cannot be read as YAML: ${error.message}` };
      continue;
    }
    const { line } = lines.linePos(document.contents?.range?.[0] ?? 0);
    try {
      const value = document.toJSON() as unknown;
      // Throws over an alias within its own anchor, as the catalog does.
      if (mayBeCircular) JSON.stringify(value);
      // A separator at the end of a file makes a document of nothing.
      if (value !== null && value !== undefined) yield { line, value };
    } catch (cause) {
      // Aliases that grow without end, for example.
      yield { line, problem: `cannot be read as YAML: ${(cause as Error).message}` };
    }
  }
}

/** What a document looks like that cannot be read and is meant for the catalog. */
const looksLikeEntity = /^["'\s{]*kind["']?\s*:\s*["']?(User|Group)\b/im;

interface JudgedFile {
  readonly entities: readonly WrittenEntity[];
  readonly owners: readonly string[];
  readonly findings: readonly Finding[];
  /** Whether the file is meant for the catalog, in a folder with all kinds of YAML in it. */
  readonly holdsEntities: boolean;
}

async function judgeFile(file: string, content: FileContent): Promise<JudgedFile> {
  const entities: WrittenEntity[] = [];
  const findings: Finding[] = [];
  const owners: string[] = [];
  let isRefused = false;
  let holdsEntities = false;
  for (const { line, value, problem } of content.documents) {
    const source = line === undefined ? { file } : { file, line };
    const reject = (why: string, concerns: readonly string[] = []) => {
      const text = `${placeOf({ source })}: the catalog rejects this document: ${why}`;
      findings.push({ rule: 'rejectedEntity', severity: 'warning', text, concerns, source });
    };
    holdsEntities ||=
      problem === undefined
        ? isObject(value) && typeof value.kind === 'string'
        : looksLikeEntity.test(content.text);
    const broken = problem ?? (isObject(value) ? envelopeProblem(value) : 'it is not an object');
    if (broken) {
      isRefused ||= !content.isAnswer;
      reject(broken);
      continue;
    }
    const entity = value as Entity;
    if (!isPersonOrGroup(entity)) {
      owners.push(...ownersOf(entity));
      continue;
    }
    const isAccepted = content.isAnswer && typeof entity.metadata.uid === 'string';
    const judged = isAccepted ? { entity } : await judgeEntity(entity);
    const ref = stringifyEntityRef(entity);
    if ('entity' in judged) {
      entities.push({ ref, source, entity: slimEntity(judged.entity, source) });
    } else {
      reject(judged.problem, [ref]);
      if (!content.isAnswer) entities.push({ ref, source });
    }
  }
  const concerns = entities.flatMap(({ ref, entity }) => (entity ? ref : []));
  if (isRefused && concerns.length > 0) {
    const text = `${file}: because of one document the catalog takes nothing of this file`;
    findings.push({
      rule: 'rejectedEntity',
      severity: 'warning',
      text,
      concerns,
      source: { file },
    });
  }
  const taken = isRefused ? { entities: [], owners: [] } : { entities, owners };
  return { ...taken, findings, holdsEntities };
}
