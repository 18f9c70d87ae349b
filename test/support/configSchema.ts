import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

/** `config.schema.json` as users get it. */
export const configSchema = JSON.parse(
  readFileSync(join(__dirname, '../../config.schema.json'), 'utf8'),
) as Schema;

/** Schema of one environment of `auth.providers.bitbucketServer`. */
export const environmentSchema =
  configSchema.properties!.auth!.properties!.providers!.properties!.bitbucketServer!
    .additionalProperties!;

/** Keys of one environment of `auth.providers.bitbucketServer`. */
export const environmentKeys: readonly string[] = Object.keys(environmentSchema.properties!);
