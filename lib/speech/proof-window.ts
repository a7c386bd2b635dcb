import type { SpeechFormat } from './formats.js';
import { GatheredBytes } from './gathered-bytes.js';
import { proveAudio, type Proof } from './proof.js';

/** The beginning of a body, gathered until it shows what it is. */
export class ProofWindow {
  readonly #format: SpeechFormat;
  readonly #gathered = new GatheredBytes();

  constructor(format: SpeechFormat) {
    this.#format = format;
  }

  get bytes(): Buffer {
    return this.#gathered.bytes;
  }

  add(chunk: Uint8Array): Proof {
    this.#gathered.add(chunk);
    return proveAudio(this.#format, this.bytes);
  }
}
