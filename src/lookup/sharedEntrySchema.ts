import { z } from 'zod/v3';

const text = z.string();

const entitySchema = z
  .object({
    apiVersion: text,
    kind: text,
    metadata: z
      .object({
        name: text,
        namespace: text.optional(),
        annotations: z.record(text).optional(),
      })
      .passthrough(),
    spec: z.record(z.unknown()).optional(),
    relations: z.array(z.object({ type: text, targetRef: text }).passthrough()).optional(),
  })
  .passthrough();

/**
 * What this package writes into the shared cache, and all that it believes to have read from it.
 *
 * @internal
 */
export const sharedEntrySchema = z.object({
  v: z.literal(1),
  /** When the catalog answered, in milliseconds since the epoch. */
  at: z.number().finite(),
  entities: z.array(entitySchema).max(100),
});
