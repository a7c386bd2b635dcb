import type { SpeechFormat } from '../../audio/formats.js';
import type { SpeechCapabilities } from '../../speech/provider.js';
import type { FormatSupport } from './format-support.js';
import type { RemoteOptions } from './options.js';

/** What a server is said to be able to do, and what it turned out not to make. */
export class RemoteCapabilities implements SpeechCapabilities {
  readonly ssml: RemoteOptions['ssml'];
  readonly marks: RemoteOptions['marks'];
  readonly maxInput?: number;
  readonly maxCallsPerMinute?: number;
  readonly #support: FormatSupport;

  constructor({ ssml, marks, maxInput, maxCallsPerMinute }: RemoteOptions, support: FormatSupport) {
    this.ssml = ssml;
    this.marks = marks;
    if (maxInput !== undefined) this.maxInput = maxInput;
    if (maxCallsPerMinute !== undefined) this.maxCallsPerMinute = maxCallsPerMinute;
    this.#support = support;
  }

  /** Asked anew each time: what the server does not make costs neither a place nor a call. */
  get formats(): readonly SpeechFormat[] {
    return this.#support.available;
  }
}
