import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod/v3';

const folder = join(__dirname, '../../fixtures/scenarios');

const step = z.tuple([z.string(), z.string(), z.enum(['signIn', 'next', 'stop'])]);
const item = z.record(z.unknown());
const schema = z
  .object({
    title: z.string(),
    user: item,
    entities: z.array(
      z
        .object({
          name: z.string(),
          namespace: z.string().optional(),
          kind: z.string().optional(),
          email: z.string().optional(),
          annotations: z.record(z.string()).optional(),
        })
        .strict(),
    ),
    resolvers: z.array(item),
    profileTransforms: z.array(item).optional(),
    directory: z
      .union([z.object({ readOnly: z.boolean() }), z.object({ unknown: z.string() })])
      .optional(),
    unavailable: z.array(z.string()).optional(),
    nearMisses: z.array(z.string()).optional(),
    expect: z.union([
      z.object({ userEntityRef: z.string(), trace: z.array(step) }).strict(),
      z.object({ code: z.string(), publicText: z.string(), trace: z.array(step) }).strict(),
    ]),
  })
  .strict();

export type Scenario = z.output<typeof schema>;

/** All scenario files, by name; a key that no test knows is an error. */
export function readScenarios(): [string, Scenario][] {
  return readdirSync(folder).map(file => {
    const json: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return [file.replace('.json', ''), schema.parse(json)];
  });
}
