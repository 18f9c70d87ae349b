import { join, resolve } from 'node:path';
import type { DemoOptions } from './Demo';
import type { Expectation } from './world/Expectation';
import { expectations } from './world/expectations';
import { guestsExpectations } from './world/guestsExpectations';
import { strictExpectations } from './world/strictExpectations';

const world = join(__dirname, 'world');

const samples: ReadonlyMap<string, readonly Expectation[]> = new Map([
  [join(world, 'strict.app-config.yaml'), strictExpectations],
  [join(world, 'guests.app-config.yaml'), guestsExpectations],
]);

/**
 * What becomes of the people; `undefined` with other users, another catalog or a config that is no
 * sample: nobody knows it beforehand then.
 */
export function findExpectations({
  users,
  catalog,
  configFiles = [],
}: DemoOptions): readonly Expectation[] | undefined {
  if (users || catalog || configFiles.length > 1) return undefined;
  const [file] = configFiles;
  return file === undefined ? expectations : samples.get(resolve(file));
}
