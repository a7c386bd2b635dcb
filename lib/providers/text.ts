import type { SpeechProvider } from '../speech/provider.js';
import { readableText } from '../text/readable-text.js';

export interface TextOptions {
  readonly name: string;
  /** HTTP status of the reply: 200 for clients that speak the text themselves, 503 for gateways that must see a failure. */
  readonly status: 200 | 503;
}

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
