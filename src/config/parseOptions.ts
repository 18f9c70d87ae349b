import type { z } from 'zod/v3';
import { SignInError } from '../errors';
import { quote } from '../shared';

/**
 * An error in the configuration, thrown at start. Its reader is the administrator, so the public
 * text names the key and the problem.
 */
export function createConfigError(path: string, problem: string): SignInError {
  const text = `"${path}" ${problem}`;
  return new SignInError('CONFIG_INVALID', { phase: 'config', detail: text, hint: text });
}

/**
 * Parses a part of the config. The error for the first problem says where it is, what is expected
 * and what is there. Options that are given in code are parsed in the same way.
 *
 * @param path - of `value` in the config, or the function that was given it
 * @param file - the config file, for the error about a missing key, if it is known
 */
export function parseOptions<TSchema extends z.ZodTypeAny>(
  schema: TSchema,
  value: unknown,
  path: string,
  file?: string,
): z.output<TSchema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = mostTelling(result.error.issues);
  const key = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw createConfigError(
    joinPath(path, [...issue.path, ...key]),
    describeIssue(issue, describeValue(issue, value), file),
  );
}

/** Formats a config value that is not a secret. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : String(value);
}

const typeNames: Record<string, string> = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
  array: 'a list',
  object: 'an object',
};

/** Zod gives the values of an enum as `'a' | 'b'`. */
function typeName(expected: string): string {
  const values = expected.startsWith("'") && expected.replaceAll("'", '"').split(' | ').join(', ');
  return values ? `one of: ${values}` : (typeNames[expected] ?? expected);
}

function describeIssue(issue: z.ZodIssue, got: string, file: string | undefined): string {
  if (issue.code === 'invalid_type' && issue.received === 'undefined') {
    return file === undefined
      ? 'is missing'
      : `is missing in '${file}', or the environment variable in it is not set`;
  }
  const problem = describeExpectation(issue);
  return problem.includes(', got ') || !problem.startsWith('must ')
    ? problem
    : `${problem}, got ${got}`;
}

function describeExpectation(issue: z.ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.message.startsWith('must ')) break;
      return `must be ${typeName(issue.expected)}`;
    case 'invalid_enum_value':
      return `must be one of: ${issue.options.map(show).join(', ')}`;
    case 'too_small':
      if (issue.type !== 'array') break;
      return `must have at least ${String(issue.minimum)} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
    case 'invalid_union':
      if (issue.message.startsWith('must ')) break;
      return `must be ${expectedTypes(issue).join(' or ')}`;
    default:
  }
  return /^(?:must|is) /.test(issue.message) ? issue.message : `is not valid: ${issue.message}`;
}

function expectedTypes({ unionErrors }: z.ZodInvalidUnionIssue): string[] {
  return unionErrors.flatMap(({ issues: [issue] }) =>
    issue?.code === 'invalid_type' ? [typeName(issue.expected)] : [],
  );
}

/**
 * The most useful of several issues: a misspelt key rather than the missing one that it was meant to
 * be. In a union, that of the alternative that the value was meant for.
 */
function mostTelling(issues: readonly z.ZodIssue[]): z.ZodIssue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  if (issue.code !== 'invalid_union') return issue;
  const meant = issue.unionErrors
    .map(alternative => mostTelling(alternative.issues))
    .find(inner => inner.code !== 'invalid_type' || inner.path.length > issue.path.length);
  return meant ?? issue;
}

/** A string in place of a section may be a secret that belongs inside it, so it is not shown. */
function describeValue(issue: z.ZodIssue, value: unknown): string {
  const got = issue.path.reduce<unknown>(
    (outer, key) => (outer as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
  const isSection = issue.code === 'invalid_type' && issue.expected === 'object';
  return isSection && typeof got === 'string' ? 'a string' : show(got);
}

function joinPath(path: string, rest: readonly (string | number)[]): string {
  return rest.reduce<string>((joined, part) => {
    if (typeof part === 'number') return `${joined}[${part}]`;
    return joined === '' ? part : `${joined}.${part}`;
  }, path);
}
