import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_NAMESPACE, stringifyEntityRef } from '@backstage/catalog-model';
import { Composer, Parser, isAlias, isMap, isScalar } from 'yaml';
import type { Document, Pair, Scalar, YAMLMap } from 'yaml';

/**
 * Replaces a part of a text, or inserts text if `length` is 0.
 *
 * @internal
 */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** @internal */
export interface AnnotatedFile {
  readonly text: string;
  readonly edits: readonly TextEdit[];
  /** Entity refs that cannot be edited, with the reason. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * Adds an annotation to entities of a file by inserting text, so that comments and formatting stay as
 * they are. The result is parsed again, and must differ by the annotations only.
 *
 * @param wanted - values by entity ref
 * @throws Error when the result would differ by more
 * @internal
 */
export function annotateFile(
  text: string,
  key: string,
  wanted: ReadonlyMap<string, string>,
): AnnotatedFile {
  const edits: TextEdit[] = [];
  const problems = new Map<string, string>();
  const expected: unknown[] = [];
  for (const document of documentsOf(text)) {
    const value = document.toJS() as unknown;
    const ref = refOf(value);
    const id = ref === undefined ? undefined : wanted.get(ref);
    if (id === undefined) {
      expected.push(value);
      continue;
    }
    const edit = editOf(text, document, key, id);
    if (typeof edit === 'string') {
      problems.set(ref!, edit);
      expected.push(value);
    } else {
      edits.push(edit);
      expected.push(withAnnotation(value as EntityLike, key, id));
    }
  }
  const result = applyEdits(text, edits);
  const actual = [...documentsOf(result)].map(document => document.toJS() as unknown);
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error('the result would differ by more than the annotations');
  }
  return { text: result, edits, problems };
}

function* documentsOf(text: string): Generator<Document.Parsed> {
  const composer = new Composer({ merge: false, logLevel: 'error' });
  for (const document of composer.compose(new Parser().parse(text))) {
    if (document.errors[0]) throw document.errors[0];
    yield document as Document.Parsed;
  }
}

/** @internal */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let end = 0;
  for (const edit of edits) {
    result += text.slice(end, edit.offset) + edit.text;
    end = edit.offset + edit.length;
  }
  return result + text.slice(end);
}

interface EntityLike {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>> | null;
  };
}

function refOf(value: unknown): string | undefined {
  const { kind, metadata } = (value ?? {}) as Partial<EntityLike>;
  if (typeof kind !== 'string' || typeof metadata?.name !== 'string') return undefined;
  const { name, namespace = DEFAULT_NAMESPACE } = metadata;
  return stringifyEntityRef({ kind, namespace, name });
}

function withAnnotation(entity: EntityLike, key: string, id: string): EntityLike {
  const annotations = { ...entity.metadata.annotations, [key]: id };
  return { ...entity, metadata: { ...entity.metadata, annotations } };
}

const shared = 'it shares parts with other entities (by an anchor or an alias)';
const unusual = 'its YAML is written in an unusual way';

/** @returns the edit, or why there is none */
function editOf(text: string, document: Document.Parsed, key: string, id: string) {
  const root = document.contents;
  if (!isMap(root)) return unusual;
  const metadata = pairOf(root, 'metadata');
  if (!metadata || !isMap(metadata.value)) return shared;
  const annotations = pairOf(metadata.value, 'annotations');
  const nodes = [root, metadata.value, annotations?.value];
  if (nodes.some(node => isAlias(node) || (isMap(node) && (node.anchor || hasMerge(node))))) {
    return shared;
  }
  if (!annotations) return addAnnotations(text, metadata.value, key, id);
  const { value } = annotations;
  if (isMap(value)) return addToAnnotations(text, annotations, value, key, id);
  if (value !== null && !(isScalar(value) && value.value === null)) return unusual;
  const isWritten = isScalar(value) && value.source !== undefined && value.source !== '';
  if (isWritten || metadata.value.flow) return unusual;
  const indent = indentOf(text, annotations.key);
  if (indent === undefined || value?.anchor) return unusual;
  return lineAfter(text, annotations.key.range![1], `${indent}  ${entry(key, id)}`);
}

type KeyedPair = Pair<Scalar, unknown> & { readonly value: Scalar | YAMLMap | null };

function pairOf(map: YAMLMap, name: string): KeyedPair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name) as KeyedPair | undefined;
}

function hasMerge(map: YAMLMap): boolean {
  return map.items.some(({ key }) => !isScalar(key) || key.value === '<<');
}

/** Adds `annotations` below the name. */
function addAnnotations(text: string, metadata: YAMLMap, key: string, id: string) {
  const name = pairOf(metadata, 'name');
  if (!name || !isScalar(name.value) || !name.value.range) return unusual;
  const [start, end] = name.value.range;
  const indent = indentOf(text, name.key);
  if (text.slice(start, end).includes('\n')) return unusual;
  if (!metadata.flow) {
    if (indent === undefined || indent === '') return unusual;
    return lineAfter(
      text,
      end,
      `${indent}annotations:`,
      `${indent}${indent.length > 8 ? '  ' : indent}${entry(key, id)}`,
    );
  }
  const quoted = name.key.type === 'QUOTE_DOUBLE';
  const label = quoted ? '"annotations"' : 'annotations';
  const pair = entry(key, id, quoted);
  if (indent === undefined) {
    return { offset: end, length: 0, text: `, ${label}: { ${pair} }` };
  }
  const eol = eolAt(text, end);
  const lines = [`,`, `${indent}${label}: {`, `${indent}  ${pair}`, `${indent}}`];
  return { offset: end, length: 0, text: lines.join(eol) };
}

function addToAnnotations(
  text: string,
  annotations: KeyedPair,
  map: YAMLMap,
  key: string,
  id: string,
) {
  const [first] = map.items as Pair<Scalar>[];
  const firstRange = first?.key.range;
  if (map.flow) {
    const [start, end] = map.range!;
    if (!first || !firstRange) {
      if (!/^\{\s*\}$/.test(text.slice(start, end))) return unusual;
      const quoted = annotations.key.type === 'QUOTE_DOUBLE';
      return { offset: start, length: end - start, text: `{ ${entry(key, id, quoted)} }` };
    }
    const quoted = first.key.type === 'QUOTE_DOUBLE';
    const indent = indentOf(text, first.key);
    const separator = indent === undefined ? ' ' : `${eolAt(text, start)}${indent}`;
    return { offset: firstRange[0], length: 0, text: `${entry(key, id, quoted)},${separator}` };
  }
  const indent = first && indentOf(text, first.key);
  if (indent === undefined || indent === '') return unusual;
  // Directly below "annotations:", so that a comment above the first annotation stays with it.
  return lineAfter(text, annotations.key.range![1], `${indent}${entry(key, id)}`);
}

function entry(key: string, id: string, quoted = false): string {
  const isPlain = /^[A-Za-z0-9][\w./-]*$/.test(key) && !quoted;
  return `${isPlain ? key : JSON.stringify(key)}: ${JSON.stringify(id)}`;
}

/** The indentation of a key that begins its line. */
function indentOf(text: string, { range }: Scalar): string | undefined {
  const start = range![0];
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return /^ *$/.test(before) ? before : undefined;
}

function eolAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

function lineAfter(text: string, offset: number, ...lines: string[]): TextEdit {
  const eol = eolAt(text, offset);
  const end = text.indexOf('\n', offset);
  // If the file does not end with a line break, it still does not.
  if (end < 0) return { offset: text.length, length: 0, text: `${eol}${lines.join(eol)}` };
  return { offset: end + 1, length: 0, text: lines.map(line => `${line}${eol}`).join('') };
}
