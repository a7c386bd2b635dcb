/**
 * Milliseconds after which what must happen has happened on any machine, however busy. It ends a test that waits for ever, and measures
 * nothing: no test that goes well takes any of it.
 */
export const PATIENCE = 30_000;
