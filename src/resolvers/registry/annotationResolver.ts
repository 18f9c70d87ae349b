import { z } from 'zod/v3';
import { matchers } from '../matchers';
import type { EmailOptions, SubjectAttribute } from '../matchers';
import { resolverEntry } from './resolverEntry';
import type { ResolverEntry } from './resolverEntry';

/**
 * A resolver by annotation, whose default key is `<host>/<suffix>`: the host keeps the people of two
 * Bitbucket instances apart.
 *
 * @internal
 */
export function annotationResolver(
  from: SubjectAttribute,
  suffix: string,
  shape: z.ZodRawShape = {},
  warnings: (options: EmailOptions) => readonly string[] = () => [],
): ResolverEntry {
  return resolverEntry(
    {
      ...shape,
      annotation: z
        .string()
        .optional()
        .describe(`Key of the annotation. Default: <host>/${suffix}.`),
    },
    (parsed, { host }) => {
      const options = parsed as EmailOptions & { annotation?: string };
      const annotation = options.annotation ?? (host && `${host}/${suffix}`);
      if (!annotation) {
        throw new Error(
          `needs the option "annotation": its default <host>/${suffix} is only known inside this package's backend module`,
        );
      }
      return matchers.annotation({ ...options, from, annotation });
    },
    options => warnings(options as EmailOptions),
  );
}
