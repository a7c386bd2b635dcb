import { createRequire } from 'node:module';

/**
 * Loads a package that the application may have installed. `require` and not `import`: it answers at once, so that the router is
 * complete when it is returned, and needs no top-level await, which would break `require()` of this package.
 */
export function loadOptional(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name) as unknown;
  } catch (error) {
    if (isMissing(error, name)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}
