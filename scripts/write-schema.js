// Writes the JSON Schema of `configFile` and the OpenAPI description of the router beside the compiled code, where editors and other
// programs find them in the installed package.
import { readFileSync, writeFileSync } from 'node:fs';
import { configurationSchema } from '../lib/config/json-schema.ts';
import { openApi } from '../lib/http/openapi.ts';
import { describeSchema } from './describe-schema.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
write('configuration.schema.json', describeSchema(configurationSchema()));
write('openapi.json', openApi(version));

function write(name, content) {
  writeFileSync(new URL(`../dist/${name}`, import.meta.url), `${JSON.stringify(content, undefined, 2)}\n`);
}
