import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Entity } from '@backstage/catalog-model';
import { runInMemory } from './runInMemory';
import type { CliResult } from './runInMemory';
import { host } from './worlds';

/** A folder in which the command line runs. */
export interface CliFolder {
  readonly path: string;
  /** Writes a text as it is, and anything else as JSON. */
  write(name: string, content: unknown): void;
  read(name: string): string;
  /** Writes a config with these resolvers. */
  configure(file: string, ...resolvers: (string | object)[]): void;
  run(...args: string[]): Promise<CliResult>;
  remove(): void;
}

/** Entities as the API of a catalog answers them: accepted already, so that they are not judged. */
export function storedEntities(...entities: Entity[]): object {
  return {
    items: entities.map(({ metadata, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, uid: `uid-of-${metadata.name}` },
    })),
  };
}

export function createCliFolder(): CliFolder {
  const path = mkdtempSync(join(tmpdir(), 'audit-work-'));
  const write = (name: string, content: unknown) => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  return {
    path,
    write,
    read: name => readFileSync(join(path, name), 'utf8'),
    configure(file, ...resolvers) {
      const list = resolvers.map(item => (typeof item === 'string' ? { resolver: item } : item));
      const production = { host, signIn: { resolvers: list } };
      write(file, { auth: { providers: { bitbucketServer: { production } } } });
    },
    run: async (...args) => runInMemory(args, { cwd: path }),
    remove: () => rmSync(path, { recursive: true }),
  };
}
