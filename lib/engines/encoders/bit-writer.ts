const FIRST_SIZE = 4_096;

/** Writes numbers of any width, most significant bit first. */
export class BitWriter {
  #bytes = new Uint8Array(FIRST_SIZE);
  /** Bits written. */
  #length = 0;

  /** Writes the low bits of a whole number, negative ones in two's complement. @param width 0 to 32 */
  write(value: number, width: number): void {
    this.#reserve(width);
    for (let left = width; left > 0;) {
      const free = 8 - (this.#length % 8);
      const taken = Math.min(free, left);
      const bits = (value >>> (left - taken)) & ((1 << taken) - 1);
      const at = this.#length >> 3;
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (bits << (free - taken));
      this.#length += taken;
      left -= taken;
    }
  }

  /** Writes that many zeros and a one. */
  writeUnary(zeros: number): void {
    // What was never written is zero.
    this.#reserve(zeros + 1);
    this.#length += zeros;
    this.write(1, 1);
  }

  /** Fills the last byte up with zeros, and returns a view of all bytes so far, good until the next one is written. */
  align(): Uint8Array {
    this.#length = Math.ceil(this.#length / 8) * 8;
    return this.#bytes.subarray(0, this.#length / 8);
  }

  #reserve(bits: number): void {
    const needed = Math.ceil((this.#length + bits) / 8);
    if (needed <= this.#bytes.length) return;
    const longer = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    longer.set(this.#bytes);
    this.#bytes = longer;
  }
}
