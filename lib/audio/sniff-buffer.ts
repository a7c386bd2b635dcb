import type { SpeechFormat } from './formats.js';
import { GatheredBytes } from './gathered-bytes.js';
import { proveAudio } from './sniff.js';
import type { Proof } from './sniffed.js';

/** The beginning of a body, gathered until it shows what it is. */
export class ProofWindow {
  /** What it may be, likeliest first. */
  #candidates: readonly SpeechFormat[];
  readonly #gathered = new GatheredBytes();

  /** @param candidates formats that it may be in, likeliest first */
  constructor(...candidates: readonly SpeechFormat[]) {
    this.#candidates = candidates;
  }

  get bytes(): Buffer {
    return this.#gathered.bytes;
  }

  /** The format that it is in, once that is proven; until then the likeliest. */
  get format(): SpeechFormat | undefined {
    return this.#candidates[0];
  }

  add(chunk: Uint8Array): Proof {
    this.#gathered.add(chunk);
    for (let format = this.format; format !== undefined; format = this.format) {
      const proof = proveAudio(format, this.bytes);
      if (proof !== 'not-audio') return proof;
      this.#candidates = this.#candidates.slice(1);
    }
    return 'not-audio';
  }
}
