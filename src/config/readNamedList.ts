import type { Config } from '@backstage/config';
import type { z } from 'zod/v3';
import { createConfigError, parseOptions, show } from './parseOptions';

interface NamedItem<TName extends string> {
  readonly name: TName;
  readonly options: Record<string, unknown>;
  /** Path of the item in the config, for errors. */
  readonly path: string;
}

interface ReadNamedListOptions<TName extends string> {
  readonly config: Config;
  /** Key of the list in `config`. */
  readonly key: string;
  /** Path of `config` itself, for errors. */
  readonly path: string;
  /** Key of an item that holds its name. */
  readonly nameKey: string;
  readonly registry: Record<TName, { readonly optionsSchema: z.AnyZodObject }>;
}

/**
 * Reads a list whose items name an entry of a registry and give its options, such as
 * `resolvers: [{ resolver: <name>, …options }]`.
 */
export function readNamedList<TName extends string>(
  options: ReadNamedListOptions<TName>,
): NamedItem<TName>[] {
  const { config, key, path } = options;
  const value = config.getOptional(key);
  if (value === undefined) return [];
  const listPath = `${path}.${key}`;
  if (!Array.isArray(value)) {
    throw createConfigError(listPath, `must be a list, got ${show(value)}`);
  }
  return value.map((item, index) => readNamedItem(item, `${listPath}[${index}]`, options));
}

export function readNamedItem<TName extends string>(
  item: unknown,
  path: string,
  { nameKey, registry }: Pick<ReadNamedListOptions<TName>, 'nameKey' | 'registry'>,
): NamedItem<TName> {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw createConfigError(path, `must be an object with the key "${nameKey}", got ${show(item)}`);
  }
  const { [nameKey]: name, ...options } = item as Record<string, unknown>;
  // Own keys only: "constructor" is in every object.
  if (typeof name !== 'string' || !Object.hasOwn(registry, name)) {
    const names = Object.keys(registry).join(', ');
    throw createConfigError(
      `${path}.${nameKey}`,
      name === undefined
        ? `is missing; expected one of: ${names}`
        : `must be one of: ${names}; got ${show(name)}`,
    );
  }
  const { optionsSchema } = registry[name as TName];
  return { name: name as TName, options: parseOptions(optionsSchema, options, path), path };
}
