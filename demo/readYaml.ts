import { readFileSync } from 'node:fs';
import { LineCounter, parseAllDocuments } from 'yaml';
import { DemoError } from './DemoError';

/** A document of a YAML file, and where it begins as `file:line:column`. */
export interface YamlDocument {
  readonly content: unknown;
  readonly place: string;
}

/**
 * Reads all documents of a file; empty ones are left out.
 *
 * @throws DemoError of one line, `file:line:column: what is wrong`.
 */
export function readYaml(file: string): YamlDocument[] {
  const lineCounter = new LineCounter();
  const placeOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // Not pretty: the parser would quote the place in further lines.
  const documents = parseAllDocuments(readText(file), { lineCounter, prettyErrors: false });
  return documents.flatMap(document => {
    const start = document.contents?.range?.[0] ?? document.range[0];
    const [error] = document.errors;
    if (error) throw new DemoError(`${placeOf(error.pos[0])}: ${error.message}`);
    const content = readContent(() => document.toJS() as unknown, placeOf(start));
    return content === null ? [] : [{ content, place: placeOf(start) }];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DemoError(`${file}: the file cannot be read (${(error as Error).message})`);
  }
}

/** An alias that points to nothing, or to too much, is found only here. */
function readContent(read: () => unknown, place: string): unknown {
  try {
    return read();
  } catch (error) {
    throw new DemoError(`${place}: ${(error as Error).message}`);
  }
}
