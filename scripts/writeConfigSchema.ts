// Writes config.schema.json. A test compares the file with what this would write.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfigSchema } from './createConfigSchema';

const path = join(__dirname, '../config.schema.json');
writeFileSync(path, `${JSON.stringify(createConfigSchema(), null, 2)}\n`);
