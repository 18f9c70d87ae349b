import { z } from 'zod/v3';
import { createSignInError } from '../errors';
import type { SignInError } from '../errors';
import { quote } from '../shared';

/**
 * An error in the configuration, thrown at start. Its reader is the administrator, so the public
 * text names the key and the problem.
 */
export function createConfigError(path: string, problem: string): SignInError {
  const text = `"${path}" ${problem}`;
  return createSignInError('CONFIG_INVALID', { phase: 'config', detail: text, hint: text });
}

/**
 * Parses a part of the config. The error for the first problem says where it is, what is expected
 * and what is there. The value of a secret is never shown.
 *
 * @param path - of `value` in the config
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
  if (issue.code === 'unrecognized_keys') {
    throw createUnknownKeyError(
      joinPath(path, [...issue.path, issue.keys[0]!]),
      keysOf(schemaAt(schema, issue.path)),
    );
  }
  throw createConfigError(
    joinPath(path, issue.path),
    describeIssue(issue, describeValue(schema, value, issue.path), file),
  );
}

/** A misspelt option must not be ignored silently. */
export function createUnknownKeyError(path: string, known: readonly string[]) {
  const expected =
    known.length > 0 ? `expected one of: ${known.join(', ')}` : 'no options are allowed here';
  return createConfigError(path, `is not a known option; ${expected}`);
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

function describeIssue(issue: z.ZodIssue, got: string, file: string | undefined): string {
  if (issue.code === 'invalid_type' && issue.received === 'undefined') {
    const orNotSet =
      issue.expected === 'string' ? ', or the environment variable in it is not set' : '';
    return `is missing${file ? ` in '${file}'` : ''}${orNotSet}`;
  }
  const problem = describeExpectation(issue);
  return problem.includes(', got ') || !problem.startsWith('must ')
    ? problem
    : `${problem}, got ${got}`;
}

function describeExpectation(issue: z.ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
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
    issue?.code === 'invalid_type' ? [typeNames[issue.expected] ?? issue.expected] : [],
  );
}

/**
 * Report a misspelt key rather than the missing one that it was meant to be. In a union, report the
 * alternative that the value was meant for.
 */
function mostTelling(issues: readonly z.ZodIssue[]): z.ZodIssue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  if (issue.code !== 'invalid_union') return issue;
  const meant = issue.unionErrors
    .map(alternative => mostTelling(alternative.issues))
    .find(inner => inner.code !== 'invalid_type' || inner.path.length > issue.path.length);
  return meant ?? issue;
}

/** The value, or only its type when it could be a secret. */
function describeValue(schema: z.ZodTypeAny, value: unknown, path: z.ZodIssue['path']): string {
  const got = path.reduce<unknown>(
    (outer, key) => (outer as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
  const expected = schemaAt(schema, path);
  // A string in place of a section may be a secret that belongs inside it.
  const mayBeSecret = expected === 'secret' || expected instanceof z.ZodObject;
  return mayBeSecret && typeof got === 'string' ? 'a string' : show(got);
}

type Place = z.ZodTypeAny | 'secret' | undefined;

function schemaAt(schema: z.ZodTypeAny, path: z.ZodIssue['path']): Place {
  const inner = unwrap(schema);
  if (inner === 'secret' || inner === undefined || path.length === 0) return inner;
  const [key, ...rest] = path;
  if (inner instanceof z.ZodArray) return schemaAt(inner.element as z.ZodTypeAny, rest);
  if (inner instanceof z.ZodUnion) {
    const places = (inner.options as z.ZodTypeAny[]).map(option => schemaAt(option, path));
    return places.find(place => place !== undefined);
  }
  if (!(inner instanceof z.ZodObject)) return undefined;
  const next = (inner.shape as Record<string, z.ZodTypeAny | undefined>)[String(key)];
  return next && schemaAt(next, rest);
}

function unwrap(schema: z.ZodTypeAny): Place {
  if (schema instanceof z.ZodBranded) return 'secret';
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap() as z.ZodTypeAny);
  if (schema instanceof z.ZodEffects) return unwrap(schema.innerType() as z.ZodTypeAny);
  return schema;
}

function keysOf(place: Place): string[] {
  const options =
    place instanceof z.ZodUnion ? (place.options as z.ZodTypeAny[]).map(unwrap) : [place];
  return options.flatMap(option =>
    option instanceof z.ZodObject ? Object.keys(option.shape as object) : [],
  );
}

function joinPath(path: string, rest: readonly (string | number)[]): string {
  return rest.reduce<string>((joined, part) => {
    if (typeof part === 'number') return `${joined}[${part}]`;
    return joined === '' ? part : `${joined}.${part}`;
  }, path);
}
