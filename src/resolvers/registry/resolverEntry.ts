import { z } from 'zod/v3';
import type { Matcher } from '../matchers';
import { optionSchemas } from './optionSchemas';

/**
 * What is known about the place where a named resolver is used.
 *
 * @internal
 */
export interface ResolverEnvironment {
  /** Host name of the Bitbucket Server, for defaults of annotations. */
  readonly host?: string;
}

/** @internal */
export interface ResolverEntry {
  /** Options of the matcher, without those of the step. */
  readonly matcherSchema: z.AnyZodObject;
  /** All options. */
  readonly optionsSchema: z.AnyZodObject;
  /** @throws `Error` for options that cannot be */
  readonly createMatcher: (options: Record<string, unknown>, env: ResolverEnvironment) => Matcher;
  /** What the administrator should know about these options. */
  readonly warnings: (options: Record<string, unknown>) => readonly string[];
}

/** @internal */
export function resolverEntry<TShape extends z.ZodRawShape>(
  shape: TShape,
  createMatcher: (options: z.output<z.ZodObject<TShape>>, env: ResolverEnvironment) => Matcher,
  warnings: (options: z.output<z.ZodObject<TShape>>) => readonly string[] = () => [],
): ResolverEntry {
  const matcherSchema = z.object(shape).strict();
  type Options = z.output<z.ZodObject<TShape>>;
  return {
    matcherSchema,
    optionsSchema: z
      .object({ ...shape, ...optionSchemas.withoutUser, ...optionSchemas.policy })
      .strict(),
    // The options come out of the schema just above, which the registry's type does not remember.
    createMatcher: (options, env) => createMatcher(options as Options, env),
    warnings: options => warnings(options as Options),
  };
}
