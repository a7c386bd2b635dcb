import { pathToFileURL } from 'node:url';
import { ownFile } from '../../packages/own-files.js';

/**
 * Returns the address of the file that speech workers run.
 *
 * @throws {MissingFileError} in a bundle, where that file is not
 */
export function workerUrl(): URL {
  return pathToFileURL(ownFile('worker.js'));
}
