import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Returns the environment of a worker and of the programs that it starts: the application's, as programs need it to be found and to
 * find their own files. What the application has Node load first stays out: a port opened or a file locked there would be so once more
 * in each worker. Yarn's Plug'n'Play alone stays, without which no package is found.
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  const options = plugAndPlay();
  return options === undefined ? environment : { ...environment, NODE_OPTIONS: options };
}

/** Node's options by which Yarn's Plug'n'Play is loaded, where it is in use. */
function plugAndPlay(): string | undefined {
  if (process.versions['pnp'] === undefined) return undefined;
  const path = createRequire(import.meta.url).resolve('pnpapi');
  const loader = join(dirname(path), '.pnp.loader.mjs');
  const require = `--require ${JSON.stringify(path)}`;
  return existsSync(loader) ? `${require} --experimental-loader ${pathToFileURL(loader).href}` : require;
}
