import { readFileSync } from 'node:fs';
import { MissingFileError, ownFile } from '../packages/own-files.js';
import { configurationSchema } from './json-schema.js';

/**
 * Reads the JSON Schema that is published with this package, or, in a bundle without it and in this package's own tests, makes one
 * that has everything but what the options are.
 */
export function readSchema(): object {
  return readPublished() ?? configurationSchema();
}

function readPublished(): object | undefined {
  try {
    return JSON.parse(readFileSync(ownFile('configuration.schema.json'), 'utf8')) as object;
  } catch (error) {
    if (error instanceof MissingFileError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
