/** How the lines of the default logger begin. */
const OWN = 'express-speech: ';

/**
 * Keeps what the default logger says out of the report: most tests have something fail on purpose. All that others say stays, and a test
 * of the logger puts a function of its own in this one's place.
 */
export const mochaHooks = {
  beforeAll(): void {
    for (const level of ['warn', 'error'] as const) {
      const say = console[level].bind(console);
      console[level] = (...words: unknown[]) => {
        if (typeof words[0] !== 'string' || !words[0].startsWith(OWN)) say(...words);
      };
    }
  },
};
