// Writes what is made from the code: config.schema.json, the tables of keys in docs/configuration.md and
// the facts about each code in docs/errors.md. Tests compare all three with what this would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillConfigTables } from './configTables';
import { createConfigSchema } from './createConfigSchema';
import { fillErrorSections } from './errorSections';

const root = join(__dirname, '..');

function rewrite(path: string, fill: (text: string) => string): void {
  const file = join(root, path);
  writeFileSync(file, fill(readFileSync(file, 'utf8')));
}

writeFileSync(
  join(root, 'config.schema.json'),
  `${JSON.stringify(createConfigSchema(), null, 2)}\n`,
);
rewrite('docs/configuration.md', fillConfigTables);
rewrite('docs/errors.md', fillErrorSections);
