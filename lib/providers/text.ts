import { z } from 'zod';
import type { Filled } from '../options/filled.js';
import { NAME_SCHEMA } from '../options/names.js';
import { object } from '../options/schemas.js';
import type { SpeechProvider } from '../speech/provider.js';
import { readableText } from '../text/readable-text.js';

/** The options of the last resort. */
export const TEXT_OPTIONS = object({
  /**
   * What the provider is called in headers, logs, metrics and on the admin page: 1 to 64 letters, digits, dots, dashes and underscores,
   * unique in the chain.
   *
   * @default 'text'
   */
  name: NAME_SCHEMA.default('text'),
  /**
   * HTTP status of the reply: 200 for clients that speak the text themselves, 503 for gateways that must see a failure.
   *
   * @default 200
   */
  status: z.union([z.literal(200), z.literal(503)], { error: 'expected 200 or 503' }).default(200),
});

/** Options of the last resort, with every default filled in. */
export type TextOptions = Filled<z.output<typeof TEXT_OPTIONS>>;

/** Makes the last resort: it hands the text back, does no I/O and cannot fail. */
export function createTextProvider(options: TextOptions): SpeechProvider {
  return {
    name: options.name,
    type: 'text',
    synthesize: (request) =>
      Promise.resolve({
        kind: 'text',
        text: readableText(request.part?.whole ?? request.lines ?? request.input),
        status: options.status,
      }),
    check: () => Promise.resolve(),
  };
}
