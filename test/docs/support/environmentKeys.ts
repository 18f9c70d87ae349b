import { createConfigSchema } from '../../../scripts/createConfigSchema';

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: Schema;
}

const { properties } = createConfigSchema() as Schema;

/** Schema of one environment of `auth.providers.bitbucketServer`. */
export const environmentSchema =
  properties!.auth!.properties!.providers!.properties!.bitbucketServer!.additionalProperties!;

/** Keys of one environment of `auth.providers.bitbucketServer`. */
export const environmentKeys: readonly string[] = Object.keys(environmentSchema.properties!);
