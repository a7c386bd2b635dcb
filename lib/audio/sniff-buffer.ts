import type { SpeechFormat } from './formats.js';
import { GatheredBytes } from './gathered-bytes.js';
import { sniffAudio } from './sniff.js';
import type { Sniffed } from './sniffed.js';

/** The beginning of a body, gathered until it shows what it is. */
export class SniffBuffer {
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

  add(chunk: Uint8Array): Sniffed {
    this.#gathered.add(chunk);
    for (let format = this.format; format !== undefined; format = this.format) {
      const proof = sniffAudio(format, this.bytes);
      if (proof !== 'not-audio') return proof;
      this.#candidates = this.#candidates.slice(1);
    }
    return 'not-audio';
  }
}
