import { ConfigReader, readDurationFromConfig } from '@backstage/config';
import { durationToMilliseconds } from '@backstage/types';
import type { HumanDuration } from '@backstage/types';
import { z } from 'zod/v3';

// The field types of all sections. Patterns are copied to config.schema.json, so they have no flags,
// and `backstage-cli config:check` refuses the same values as the backend at start.

/**
 * A string that is not empty. White space around it is dropped: files that secrets come from often
 * end with a line break.
 */
export function text() {
  return z.string().regex(/\S/, 'must be a non-empty string').trim();
}

/**
 * A string that matches a pattern.
 *
 * @param problem - what it must be, in the form "must …"
 * @param explain - a more precise problem of a value than the pattern can give; at start only
 */
export function matching(
  pattern: RegExp,
  problem: string,
  explain: (value: string) => string | undefined = () => undefined,
) {
  const explained = z.string().superRefine((value, ctx) => {
    const message = explain(value.trim());
    if (message !== undefined) ctx.addIssue({ code: 'custom', message });
  });
  return explained.pipe(z.string().regex(pattern, problem).trim());
}

/** A string that is never shown in a text and never sent to the frontend. It is not trimmed. */
export function secret(pattern: RegExp, problem: string) {
  const errorMap: z.ZodErrorMap = (_issue, { data }) => ({
    message:
      typeof data === 'string'
        ? `${problem}, got a string`
        : `must be a string, got ${Array.isArray(data) ? 'a list' : `a value of type ${typeof data}`}`,
  });
  return z.string({ errorMap }).regex(pattern).brand<'secret'>();
}

/** An object of these keys only: a misspelt option must not be ignored silently. */
export function strictObject<TShape extends z.ZodRawShape>(shape: TShape) {
  return z.object(shape).strict(unknownKey(Object.keys(shape)));
}

/** The problem of a key that is not one of `known`. */
export function unknownKey(known: readonly string[]): string {
  const expected =
    known.length > 0 ? `expected one of: ${known.join(', ')}` : 'no options are allowed here';
  return `is not a known option; ${expected}`;
}

/** A whole number of at least 1. */
export function count(max: number) {
  const problem = `must be a whole number from 1 to ${max}`;
  return z.number().int(problem).min(1, problem).max(max, problem);
}

const units =
  'ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?';
const number = '\\d+(?:\\.\\d+)?';
const date = ['Y', 'M', 'W', 'D'].map(unit => `(?:${number}${unit})?`).join('');
const time = `(?:T(?=\\d)(?:${number}H)?(?:${number}M)?(?:${number}S)?)?`;
const durationPattern = new RegExp(`^\\s*(?:${number} *(?:${units})|P(?=.)${date}${time})\\s*$`);
const notADuration = 'must be a duration such as "10s", "PT10S" or { seconds: 10 }';

const amount = z.number().nonnegative('must not be negative').optional();
const amounts = strictObject({
  years: amount,
  months: amount,
  weeks: amount,
  days: amount,
  hours: amount,
  minutes: amount,
  seconds: amount,
  milliseconds: amount,
});

/**
 * A duration in any form that Backstage's config knows: `'10s'`, `'PT10S'` or `{ seconds: 10 }`.
 *
 * @param min - in milliseconds
 * @param max - in milliseconds. Every duration has one: a timer of more than 24.8 days ends at once.
 * @returns a schema whose output is `{ milliseconds }`, a whole number
 */
export function duration({ min, max }: { readonly min: number; readonly max: number }) {
  return z
    .union([z.string().regex(durationPattern, notADuration), amounts], {
      errorMap: () => ({ message: notADuration }),
    })
    .transform((value, ctx): HumanDuration => {
      const milliseconds = toMilliseconds(value);
      if (milliseconds >= min && milliseconds <= max) return { milliseconds };
      const problem = Number.isNaN(milliseconds)
        ? notADuration
        : `must be from ${describeMilliseconds(min)} to ${describeMilliseconds(max)}, got ${describeMilliseconds(milliseconds)}`;
      ctx.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    });
}

function toMilliseconds(value: string | HumanDuration): number {
  if (typeof value === 'object') {
    return Object.keys(value).length > 0 ? Math.round(durationToMilliseconds(value)) : NaN;
  }
  const config = new ConfigReader({ duration: value });
  return Math.round(durationToMilliseconds(readDurationFromConfig(config, { key: 'duration' })));
}

const lengths = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function describeMilliseconds(milliseconds: number): string {
  const unit = lengths.find(([, each]) => milliseconds >= each && milliseconds % each === 0);
  if (!unit) return `${milliseconds} ms`;
  const [name, length] = unit;
  return `${milliseconds / length} ${name}${milliseconds === length ? '' : 's'}`;
}
