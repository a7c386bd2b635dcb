/** Bytes that are gathered until there are enough of them to be read. */
export class GatheredBytes {
  #buffer: Uint8Array = new Uint8Array();
  #size = 0;

  get length(): number {
    return this.#size;
  }

  get bytes(): Buffer {
    return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset, this.#size);
  }

  // The first chunk, which nearly always is enough, is not copied; after it the room doubles, so that a server that sends single
  // bytes cannot make us copy everything for each.
  add(chunk: Uint8Array): void {
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

  /** Takes all of them, and begins anew. */
  take(): Buffer {
    const { bytes } = this;
    this.#buffer = new Uint8Array();
    this.#size = 0;
    return bytes;
  }
}
