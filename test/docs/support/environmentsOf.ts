import type { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { environmentKeys } from '../../support/configSchema';
import type { CodeBlock } from './readDocs';

/** An environment of the provider that a sample shows. */
export interface SampleEnvironment {
  readonly name: string;
  readonly config: JsonObject;
}

const address = { host: 'bitbucket.example.com', clientId: 'client', clientSecret: 's3cret' };

/**
 * The environments of `auth.providers.bitbucketServer` in a sample. A sample may leave out what
 * stands around the keys that it is about; the least that is needed is added then.
 *
 * @returns none for YAML of something else, such as an entity
 */
export function environmentsOf({ text }: CodeBlock): SampleEnvironment[] {
  // What Backstage puts in place of a variable is a text.
  const root = parse(text.replace(/\$\{\w+\}/g, 'from-the-environment')) as JsonObject;
  if ('auth' in root) {
    const { providers } = root.auth as { providers: { bitbucketServer: JsonObject } };
    return Object.entries(providers.bitbucketServer).map(([name, config]) => ({
      name,
      config: config as JsonObject,
    }));
  }
  const isEnvironment = Object.keys(root).some(key => environmentKeys.includes(key));
  return isEnvironment ? [{ name: 'production', config: { ...addressBeside(root), ...root } }] : [];
}

function addressBeside(root: JsonObject): JsonObject {
  const { host, ...credentials } = address;
  return 'baseUrl' in root || 'host' in root ? credentials : { host, ...credentials };
}
