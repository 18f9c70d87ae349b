// Writes config.schema.json and the tables of keys in docs/configuration.md. Tests compare both with
// what this would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillConfigTables } from './configTables';
import { createConfigSchema } from './createConfigSchema';

const root = join(__dirname, '..');
const docs = join(root, 'docs/configuration.md');
writeFileSync(
  join(root, 'config.schema.json'),
  `${JSON.stringify(createConfigSchema(), null, 2)}\n`,
);
writeFileSync(docs, fillConfigTables(readFileSync(docs, 'utf8')));
