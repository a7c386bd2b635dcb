// Writes the JSON Schema of `configFile` beside the compiled code, where editors find it in the installed package.
import { writeFileSync } from 'node:fs';
import { configurationSchema } from '../lib/config/json-schema.ts';
import { describeSchema } from './describe-schema.js';

const target = new URL('../dist/configuration.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(describeSchema(configurationSchema()), undefined, 2)}\n`);
