import type { SpeechFormat } from './formats.js';
import { proveAudio, type Proof } from './proof.js';

/** The beginning of a body, gathered until it shows what it is. */
export class ProofWindow {
  readonly #format: SpeechFormat;
  #buffer: Uint8Array = new Uint8Array();
  #size = 0;

  constructor(format: SpeechFormat) {
    this.#format = format;
  }

  get bytes(): Buffer {
    return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset, this.#size);
  }

  add(chunk: Uint8Array): Proof {
    this.#append(chunk);
    return proveAudio(this.#format, this.bytes);
  }

  // The first chunk, which nearly always is enough, is not copied; after it the room doubles, so that a server that sends single
  // bytes cannot make us copy everything for each.
  #append(chunk: Uint8Array): void {
    const size = this.#size + chunk.length;
    if (this.#size === 0) this.#buffer = chunk;
    else {
      if (size > this.#buffer.length) {
        const larger = new Uint8Array(Math.max(size, 2 * this.#size));
        larger.set(this.bytes);
        this.#buffer = larger;
      }
      this.#buffer.set(chunk, this.#size);
    }
    this.#size = size;
  }
}
