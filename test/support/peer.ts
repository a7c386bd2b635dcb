import { createRequire } from 'node:module';

const PACKAGE = '@echogarden/espeak-ng-emscripten';

/** Says whether the optional peer is there, which decides what the embedded engine can speak. */
export function hasPeer(): boolean {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return true;
  } catch {
    if (process.env['CI_REQUIRE_PEER'] === '1') throw new Error(`${PACKAGE} is missing`);
    return false;
  }
}

/**
 * Skips a suite where the optional peer is not installed, which its licence keeps out of our own dependencies. Where
 * CI_REQUIRE_PEER says that it has been installed, its absence is a failure instead.
 */
export function needsPeer(context: Mocha.Context): void {
  if (hasPeer()) return;
  console.log(`    skipped: ${PACKAGE} not installed`);
  context.skip();
}
