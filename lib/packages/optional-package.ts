import { createRequire } from 'node:module';
import { findModule } from './own-files.js';

/**
 * Loads a package that the application may have installed. `require` and not `import`: it answers at once, so that the router is
 * complete when it is returned, and needs no top-level await, which would break `require()` of this package.
 *
 * @returns what it exports, or undefined where it is not installed; one that is there and broken throws
 */
export function requireOptional(name: string): unknown {
  const path = findModule(name);
  return path === undefined ? undefined : createRequire(path)(path);
}
