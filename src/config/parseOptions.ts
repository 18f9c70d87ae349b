import type { z } from 'zod/v3';
import { createConfigError } from './createConfigError';

/**
 * Parses a piece of config and says of the first problem where it is and what would be right.
 *
 * @throws {@link SignInError} `CONFIG_INVALID` with the path of the key
 * @internal
 */
export function parseOptions<TSchema extends z.ZodTypeAny>(
  schema: TSchema,
  value: unknown,
  path: string,
  validKeys: readonly string[],
): z.output<TSchema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]!);
  if (issue.code === 'unrecognized_keys') {
    const key = joinPath(path, [...issue.path, issue.keys[0]!]);
    throw createConfigError(
      key,
      `is no option; valid options are: ${validKeys.join(', ') || 'none'}`,
    );
  }
  throw createConfigError(joinPath(path, issue.path), `is not valid: ${issue.message}`);
}

/** A union hides its reasons one level down; the last alternative is the one with the most to say. */
function deepest(issue: z.ZodIssue): z.ZodIssue {
  const inner = issue.code === 'invalid_union' ? issue.unionErrors.at(-1)?.issues[0] : undefined;
  return inner ? deepest(inner) : issue;
}

function joinPath(path: string, rest: readonly (string | number)[]): string {
  return rest.reduce<string>(
    (joined, part) => (typeof part === 'number' ? `${joined}[${part}]` : `${joined}.${part}`),
    path,
  );
}
