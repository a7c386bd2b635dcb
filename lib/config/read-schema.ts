import { readFileSync } from 'node:fs';
import { ownFile } from '../packages/own-files.js';
import { configurationSchema } from './json-schema.js';

/**
 * Reads the JSON Schema that is published with this package, or, in a bundle without it and in this package's own tests, makes one that
 * has everything but what the options are.
 */
export function readSchema(): object {
  try {
    return JSON.parse(readFileSync(ownFile('configuration.schema.json'), 'utf8')) as object;
  } catch {
    return configurationSchema();
  }
}
