import type { SpeechLogger } from './provider.js';

/** Stands in where no logger was given. */
export const SILENT_LOGGER: SpeechLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
